import { describe, expect, it } from "vitest";
import { inferFields } from "./field-names.ts";

const infer = (header: string) => Object.fromEntries(inferFields(header.split(";")));

describe("inferFields", () => {
  it("reads English headers", () => {
    expect(
      infer("indicator;port;protocol;threat_type;malware_family;confidence;first_reported;reference"),
    ).toEqual({
      value: "indicator",
      port: "port",
      role: "threat_type",
      family: "malware_family",
      confidence: "confidence",
      firstSeen: "first_reported",
      reference: "reference",
    });
    expect(infer("id;reported (dd/mm/yyyy hh:mm);url;brand/tags;status;remarks")).toEqual({
      seen: "reported (dd/mm/yyyy hh:mm)",
      url: "url",
      tags: "brand/tags",
      status: "status",
    });
  });

  it("reads French headers", () => {
    expect(
      infer(
        "Adresse IP;Nom de domaine;Type de menace;Famille;Première observation;Dernière observation;Pays;Statut",
      ),
    ).toEqual({
      ip: "Adresse IP",
      domain: "Nom de domaine",
      role: "Type de menace",
      family: "Famille",
      firstSeen: "Première observation",
      lastSeen: "Dernière observation",
      country: "Pays",
      status: "Statut",
    });
  });

  it("reads Spanish headers", () => {
    expect(
      infer(
        "Dirección IP;Puerto;Dominio;Tipo de amenaza;Código malicioso;Fecha de detección;País;Estado;Fuente",
      ),
    ).toEqual({
      ip: "Dirección IP",
      port: "Puerto",
      domain: "Dominio",
      role: "Tipo de amenaza",
      family: "Código malicioso",
      seen: "Fecha de detección",
      country: "País",
      status: "Estado",
      reference: "Fuente",
    });
  });

  it("reads Arabic headers", () => {
    expect(
      infer("عنوان IP;المنفذ;اسم النطاق;نوع التهديد;أول ظهور;آخر ظهور;الدولة;الحالة;الجهة المستهدفة"),
    ).toEqual({
      ip: "عنوان IP",
      port: "المنفذ",
      domain: "اسم النطاق",
      role: "نوع التهديد",
      firstSeen: "أول ظهور",
      lastSeen: "آخر ظهور",
      country: "الدولة",
      status: "الحالة",
      target: "الجهة المستهدفة",
    });
  });

  it("reads camel case, snake case and names that only contain the word", () => {
    expect(infer("firstSeen;malicious_url_defanged;file_sha256_hex")).toEqual({
      firstSeen: "firstSeen",
      url: "malicious_url_defanged",
      sha256: "file_sha256_hex",
    });
  });

  it("leaves the victim, the reporter and counters alone", () => {
    expect(infer("victim ip;reporter;url count;security contact email")).toEqual({});
  });

  it("gives one name to one field only", () => {
    const fields = inferFields(["url", "url", "domain", "site"]);
    expect([...fields]).toEqual([
      ["url", "url"],
      ["domain", "domain"],
    ]);
  });
});
