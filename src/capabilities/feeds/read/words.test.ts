import { describe, expect, it } from "vitest";
import { statusOf, threatRoleOf } from "./words.ts";

describe("threatRoleOf", () => {
  it.each([
    ["botnet_cc", "c2"],
    ["C&C", "c2"],
    ["Command & Control", "c2"],
    ["C2", "c2"],
    ["serveur de commande et de contrôle", "c2"],
    ["mando y control", "c2"],
    ["القيادة والسيطرة", "c2"],
    ["phishing", "phishing"],
    ["Hameçonnage", "phishing"],
    ["suplantación", "phishing"],
    ["تصيّد", "phishing"],
    ["malware_download", "malware-distribution"],
    ["payload_delivery", "malware-distribution"],
    ["site piraté", "compromised"],
    ["hacked-webserver", "compromised"],
    ["phishing;credentials", "phishing"],
    ["compromised", "compromised"],
    ["bots", "victim"],
    ["openresolvers", "vulnerable"],
    ["bruteforce", "attacker"],
  ])("reads %s", (word, role) => expect(threatRoleOf(word)).toBe(role));

  it("gives no role to a word that it does not know", () => {
    for (const word of ["", "unknown", "unsorted", "DOMAIN", "tcp", "443", "https://www.example.test/c2"]) {
      expect(threatRoleOf(word)).toBeUndefined();
    }
  });
});

describe("statusOf", () => {
  it("knows words in the languages of the partners", () => {
    for (const word of ["online", "Active", "en ligne", "en línea", "نشط", "yes"])
      expect(statusOf(word)).toBe("online");
    for (const word of ["offline", "down", "hors ligne", "fuera de línea", "غير نشط"])
      expect(statusOf(word)).toBe("offline");
    expect(statusOf("unknown")).toBeUndefined();
  });
});
