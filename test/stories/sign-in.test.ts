import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueFirstEnrolment } from "#capabilities/people/index.ts";
import { withDatabase } from "../support/database.ts";
import {
  codeOf,
  fields,
  openHouseDoor,
  type PasswordHolder,
  type TestHouse,
  tokenOfLink,
} from "../support/front-door.ts";

const PASSWORD = "seven grey herons at low tide";
const database = withDatabase();
let house: TestHouse;

beforeAll(async () => {
  // A clock that moves only when a test says so: codes are made of the time.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  house = await openHouseDoor(database(), { origin: "http://localhost:8080", oidc: null });
});
afterAll(async () => {
  await house.close();
  vi.useRealTimers();
  expect(house.defects).toEqual([]);
});

describe("a house that nobody has entered yet", () => {
  it("has no account, gives one link for its first administrator, and none once somebody can sign in", async () => {
    const gate = database().pool("gate");
    const lost = await issueFirstEnrolment(gate);
    const first = await issueFirstEnrolment(gate);
    const { rows } = await database()
      .pool("owner")
      .query("select count(*)::integer as officers from people.officer");
    expect(rows).toEqual([{ officers: 1 }]);
    const visitor = house.visitor();
    expect((await visitor.ask("POST", "/enrolment", { token: lost?.token })).status).toBe(403);
    expect((await visitor.ask("POST", "/enrolment", { token: first?.token })).body).toEqual({
      name: "First administrator",
      organisation: "desk",
      provider: false,
    });
    await visitor.enrolWithPassword(first?.token ?? "", PASSWORD);
    expect((await visitor.ask("GET", "/me")).body).toMatchObject({ duties: ["administrator"] });
    expect(await issueFirstEnrolment(gate)).toBeNull();
  });
});

describe("a one-time link", () => {
  it("is stored as its hash alone", async () => {
    const { id } = await house.person("Ama Boateng");
    const token = await house.link(id);
    const { rows } = await database()
      .pool("owner")
      .query("select enrolment::text from people.enrolment where officer = $1", [id]);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(token, "base64url").toString("hex"));
  });

  it("lets one of two in who use it at once, and afterwards says what it says of links that never were", async () => {
    const { id } = await house.person("Ama Boateng");
    const token = await house.link(id);
    const offer = fields((await house.visitor().ask("POST", "/enrolment/totp", { token })).body);
    const body = { token, password: PASSWORD, code: codeOf({ secret: offer.secret ?? "" }) };
    const answers = await Promise.all(
      [1, 2, 3].map(() => house.visitor().ask("POST", "/enrolment/password", body)),
    );
    expect(answers.filter((each) => each.status === 200)).toHaveLength(1);
    const never = await house.visitor().ask("POST", "/enrolment", { token: "A".repeat(43) });
    const used = await house.visitor().ask("POST", "/enrolment", { token });
    expect(used.status).toBe(403);
    expect(used.text).toBe(never.text);
    expect(answers.find((each) => each.status === 403)?.text).toBe(never.text);
  });

  it("is good for thirty minutes, and only until the next one", async () => {
    const { id } = await house.person("Ama Boateng");
    const first = await house.link(id);
    const second = await house.link(id);
    expect((await house.visitor().ask("POST", "/enrolment", { token: first })).status).toBe(403);
    expect((await house.visitor().ask("POST", "/enrolment", { token: second })).status).toBe(200);
    const { rows } = await database()
      .pool("owner")
      .query(
        `update people.enrolment set issued_at = issued_at - interval '31 minutes', expires_at = expires_at - interval '31 minutes'
          where officer = $1 returning expires_at - issued_at <= interval '30 minutes' as short`,
        [id],
      );
    expect(rows).toContainEqual({ short: true });
    expect((await house.visitor().ask("POST", "/enrolment", { token: second })).status).toBe(403);
  });

  it("is not for somebody who can sign in: one administrator alone gets into nobody's account", async () => {
    const { id, publicId } = await house.person("Ama Boateng");
    await house.visitor().enrolWithPassword(await house.link(id), PASSWORD);
    await expect(house.link(id)).rejects.toThrow("people.can_sign_in");
    const chief = await administrator();
    expect((await chief.ask("POST", `/officers/${publicId}/enrolments`)).body).toMatchObject({
      code: "people.can_sign_in",
    });
  });
});

describe("password and code", () => {
  it("let in together, and a code once", async () => {
    const { id } = await house.person("Noor Haddad");
    const visitor = house.visitor();
    const noor = await visitor.enrolWithPassword(await house.link(id), PASSWORD);
    const code = nextCode(noor);
    const right = { account: noor.account, password: PASSWORD, code };
    const answer = await house.visitor().ask("POST", "/sign-in/password", right);
    expect(answer.status).toBe(200);
    expect(String(answer.headers["set-cookie"])).toMatch(
      /^muster_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect((await house.visitor().ask("POST", "/sign-in/password", right)).status).toBe(403);
    const { rows } = await database()
      .pool("owner")
      .query(
        "select act, outcome from audit.entry where officer = (select public_id from people.officer where id = $1)",
        [id],
      );
    expect(rows).toContainEqual({ act: "people.signInWithPassword", outcome: "done" });
  });

  it("fail alike, byte for byte: wrong password, wrong code, used code, unknown account", async () => {
    const { id } = await house.person("Noor Haddad");
    const noor = await house.visitor().enrolWithPassword(await house.link(id), PASSWORD);
    const used = codeOf(noor);
    const fresh = nextCode(noor);
    const answers = await Promise.all(
      [
        { account: noor.account, password: "eight grey herons at low tide", code: fresh },
        { account: noor.account, password: PASSWORD, code: fresh === "000000" ? "000001" : "000000" },
        { account: noor.account, password: PASSWORD, code: used },
        { account: "nobody-123456", password: PASSWORD, code: fresh },
      ].map((body) => house.visitor("203.0.113.2").ask("POST", "/sign-in/password", body)),
    );
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(
      answers.map(() => `403 ${answers[0]?.text}`),
    );
    expect(answers[0]?.body).toMatchObject({ status: 403, code: "people.not_recognised" });
    const namesOfHeaders = answers.map(({ headers }) => Object.keys(headers).join());
    expect(new Set(namesOfHeaders).size).toBe(1);
  });

  it("cost an unknown account the work of a known one", async () => {
    const { id } = await house.person("Noor Haddad");
    const noor = await house.visitor().enrolWithPassword(await house.link(id), PASSWORD);
    // Processor time, not the clock: the machine may be busy with something else.
    const workOf = async (account: string) => {
      const before = process.cpuUsage();
      await house
        .visitor(`198.51.100.${account.length}`)
        .ask("POST", "/sign-in/password", { account, password: "not the password", code: "123456" });
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const known = [await workOf(noor.account), await workOf(noor.account), await workOf(noor.account)];
    const unknown = [await workOf("nobody-1"), await workOf("nobody-2"), await workOf("nobody-3")];
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 2);
  });

  it("are guessed a few times and then not at all, account by account, whether or not there is one", async () => {
    const { id } = await house.person("Noor Haddad");
    const noor = await house.visitor().enrolWithPassword(await house.link(id), PASSWORD);
    const guess = (account: string, at: number) =>
      house
        .visitor(`192.0.2.${at}`)
        .ask("POST", "/sign-in/password", { account, password: "not the password", code: "123456" });
    for (const account of [noor.account, "nobody-654321"]) {
      const statuses = (await Promise.all(Array.from({ length: 12 }, (_, at) => guess(account, at)))).map(
        ({ status }) => status,
      );
      expect(statuses.filter((status) => status === 403)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(7);
    }
    const right = { account: noor.account, password: PASSWORD, code: nextCode(noor) };
    const shutOut = await house.visitor().ask("POST", "/sign-in/password", right);
    expect(shutOut.body).toMatchObject({ status: 429, code: "people.too_many_attempts" });
    expect(shutOut.text).toBe((await guess("nobody-654321", 99)).text);
    await database().pool("owner").query("update people.failed_attempt set at = at - interval '31 seconds'");
    expect((await house.visitor().ask("POST", "/sign-in/password", right)).status).toBe(200);
  });

  it("are guessed from one network a few dozen times, whoever is guessed at", async () => {
    await database().pool("owner").query("delete from people.failed_attempt");
    const guess = (at: number) =>
      house
        .visitor(`2001:db8:1:2::${at.toString(16)}`)
        .ask("POST", "/sign-in/passkey", { proof: nobodysPasskey() });
    const statuses: number[] = [];
    for (let at = 0; at < 52; at++) statuses.push((await guess(at)).status);
    expect(statuses.slice(0, 50).every((status) => status === 403)).toBe(true);
    expect(statuses.slice(50)).toEqual([429, 429]);
    expect(
      (await house.visitor("2001:db8:1:3::1").ask("POST", "/sign-in/passkey", { proof: nobodysPasskey() }))
        .status,
    ).toBe(403);
    await database().pool("owner").query("delete from people.failed_attempt");
  });

  it("are refused when the password is short or the officer's own name", async () => {
    const { id } = await house.person("Maximiliano Fontaine");
    const token = await house.link(id);
    const visitor = house.visitor();
    const { secret = "" } = fields((await visitor.ask("POST", "/enrolment/totp", { token })).body);
    for (const password of ["elevenchars", "Maximiliano Fontaine", "maximiliano-fontaine1"]) {
      const body = { token, password, code: codeOf({ secret }) };
      expect((await visitor.ask("POST", "/enrolment/password", body)).body).toMatchObject({
        code: "people.password_refused",
      });
    }
  });
});

describe("proving it once more", () => {
  it("opens administration for ten minutes, and a wrong code opens nothing", async () => {
    const { id } = await house.person("Femi Adeyemi");
    const visitor = house.visitor();
    const femi = await visitor.enrolWithPassword(await house.link(id), PASSWORD);
    const steppedUp = async () => (await visitor.ask("GET", "/me")).text.includes('"steppedUp":true');
    expect(await steppedUp()).toBe(false);
    expect((await visitor.ask("POST", "/me/passkeys/options")).body).toMatchObject({
      code: "people.step_up",
    });
    const wrong = await visitor.ask("PUT", "/me/step-up/password", { password: PASSWORD, code: "000000" });
    expect([wrong.status, await steppedUp()]).toEqual([403, false]);
    const code = nextCode(femi);
    expect((await visitor.ask("PUT", "/me/step-up/password", { password: PASSWORD, code })).status).toBe(200);
    expect(await steppedUp()).toBe(true);
    const { rows } = await database()
      .pool("owner")
      .query(
        "select stepped_up_until <= now() + interval '10 minutes' as short from people.session where officer = $1",
        [id],
      );
    expect(rows).toEqual([{ short: true }]);
  });
});

describe("sessions", () => {
  it("are listed to their officer, ended one by one, all at once, and at sign-out; nobody else's answers at all", async () => {
    const { id } = await house.person("Lea Tupou");
    const [laptop, telephone, other] = [house.visitor(), house.visitor(), house.visitor()];
    const lea = await laptop.enrolWithPassword(await house.link(id), PASSWORD);
    await telephone.ask("POST", "/sign-in/password", {
      account: lea.account,
      password: PASSWORD,
      code: nextCode(lea),
    });
    const stranger = await house.person("Somebody Else");
    await other.enrolWithPassword(await house.link(stranger.id), PASSWORD);
    const sessionsOf = async (visitor: typeof laptop) =>
      Sessions((await visitor.ask("GET", "/me/sessions")).body);
    const mine = await sessionsOf(laptop);
    expect(mine.filter((each) => each.isThisOne)).toHaveLength(1);
    expect(mine).toHaveLength(2);
    const ofTelephone = mine.find((each) => !each.isThisOne)?.id ?? "";

    const foreign = await other.ask("DELETE", `/me/sessions/${ofTelephone}`);
    const absent = await other.ask("DELETE", "/me/sessions/00000000-0000-4000-8000-000000000000");
    expect([foreign.status, foreign.text]).toEqual([404, absent.text]);
    expect((await telephone.ask("GET", "/me")).status).toBe(200);

    expect((await laptop.ask("DELETE", `/me/sessions/${ofTelephone}`)).body).toEqual({ ended: 1 });
    expect((await telephone.ask("GET", "/me")).status).toBe(401);
    expect((await laptop.ask("POST", "/sign-out")).headers["set-cookie"]).toContain("Max-Age=0");
    expect((await laptop.ask("GET", "/me")).status).toBe(401);
    expect((await other.ask("DELETE", "/me/sessions")).body).toEqual({ ended: 1 });
    expect((await other.ask("GET", "/me")).status).toBe(401);
  });

  it("end with a new password, all but the one that set it", async () => {
    const { id } = await house.person("Lea Tupou");
    const [laptop, telephone] = [house.visitor(), house.visitor()];
    const lea = await laptop.enrolWithPassword(await house.link(id), PASSWORD);
    const now = { account: lea.account, password: PASSWORD, code: nextCode(lea) };
    await telephone.ask("POST", "/sign-in/password", now);
    await laptop.ask("PUT", "/me/step-up/password", { password: PASSWORD, code: nextCode(lea) });
    const { secret = "" } = fields((await laptop.ask("POST", "/me/password/totp")).body);
    const changed = { password: "another nine wet sandpipers", code: codeOf({ secret }) };
    expect((await laptop.ask("PUT", "/me/password", changed)).status).toBe(200);
    expect((await laptop.ask("GET", "/me")).status).toBe(200);
    expect((await telephone.ask("GET", "/me")).status).toBe(401);
  });

  it("are not opened for a page of another site", async () => {
    const headers = { "sec-fetch-site": "cross-site" };
    const answer = await house.visitor().ask("POST", "/sign-in/passkey-options", undefined, headers);
    expect(answer.body).toMatchObject({ code: "http.other_site" });
  });

  it("are kept by browsers on https for this host alone", async () => {
    const secure = await openHouseDoor(database(), { origin: "https://muster.example", oidc: null });
    const { id } = await house.person("Lea Tupou");
    const visitor = secure.visitor();
    const token = await house.link(id);
    const { secret = "" } = fields((await visitor.ask("POST", "/enrolment/totp", { token })).body);
    const enrolled = await visitor.ask("POST", "/enrolment/password", {
      token,
      password: PASSWORD,
      code: codeOf({ secret }),
    });
    expect(String(enrolled.headers["set-cookie"])).toMatch(
      /^__Host-muster_session=[\w-]+; Path=\/; .*; Secure$/,
    );
    expect((await visitor.ask("GET", "/me")).status).toBe(200);
    await secure.close();
  });
});

describe("a recovery", () => {
  it("takes two administrators: what was lost is void at once, and a link leads back in", async () => {
    const { id, publicId } = await house.person("Ines Duarte");
    const thief = house.visitor();
    const ines = await thief.enrolWithPassword(await house.link(id), PASSWORD);
    const [one, two] = [await administrator(), await administrator()];
    const { id: recovery } = fields(
      (await one.ask("POST", "/recoveries", { officer: publicId, reason: "telephone stolen" })).body,
    );
    expect((await thief.ask("GET", "/me")).status).toBe(200);
    const alone = await one.ask("POST", `/recoveries/${recovery}/approve`);
    expect(alone.body).toMatchObject({ status: 403, code: "people.two_people" });
    expect((await two.ask("GET", "/recoveries")).body).toMatchObject({
      recoveries: [{ id: recovery, reason: "telephone stolen", isYours: false }],
    });
    const approved = fields((await two.ask("POST", `/recoveries/${recovery}/approve`)).body);
    expect((await thief.ask("GET", "/me")).status).toBe(401);
    const old = { account: ines.account, password: PASSWORD, code: nextCode(ines) };
    expect((await thief.ask("POST", "/sign-in/password", old)).status).toBe(403);
    expect((await two.ask("POST", `/recoveries/${recovery}/approve`)).status).toBe(404);
    const back = house.visitor();
    await back.enrolWithPassword(tokenOfLink(approved.link), "a new and longer password");
    expect((await back.ask("GET", "/me")).body).toMatchObject({ name: "Ines Duarte" });
  });

  it("reaches nobody who holds what either administrator lacks, now or when it is approved", async () => {
    const owner = database().pool("owner");
    const { id, publicId } = await house.person("Ines Duarte");
    const [one, two] = [await administrator(), await administrator()];
    const give = () =>
      owner.query("insert into people.membership (officer, operation, role) values ($1, 7, 'coordinator')", [
        id,
      ]);
    const ask = () => one.ask("POST", "/recoveries", { officer: publicId, reason: "lost" });
    const { id: recovery } = fields((await ask()).body);
    await give();
    expect((await two.ask("POST", `/recoveries/${recovery}/approve`)).body).toMatchObject({
      code: "people.holds_more",
    });
    expect((await ask()).body).toMatchObject({ code: "people.holds_more" });
    expect((await one.ask("POST", `/officers/${publicId}/enrolments`)).body).toMatchObject({
      code: "people.holds_more",
    });
  });

  it("is not asked for by an officer himself, nor by anybody who is no administrator", async () => {
    const { publicId } = await house.person("Ines Duarte");
    const nobody = house.visitor();
    const { id } = await house.person("Plain Officer");
    await nobody.enrolWithPassword(await house.link(id), PASSWORD);
    const body = { officer: publicId, reason: "lost" };
    expect((await nobody.ask("POST", "/recoveries", body)).body).toMatchObject({
      code: "people.duty_not_held",
    });
    const chief = await administrator();
    const me = fields((await chief.ask("GET", "/me")).body).id;
    expect((await chief.ask("POST", "/recoveries", { officer: me, reason: "mine" })).body).toMatchObject({
      code: "people.own_recovery",
    });
  });
});

/** The code of half a minute later, which it then is: the one before is used. */
function nextCode(holder: PasswordHolder): string {
  vi.setSystemTime(Date.now() + 30_000);
  return codeOf(holder);
}

/** Somebody with the duty, signed in and stepped up. */
async function administrator() {
  const owner = database().pool("owner");
  const { id } = await house.person("Ada Chief");
  await owner.query("insert into people.duty (officer, duty) values ($1, 'administrator')", [id]);
  const visitor = house.visitor("203.0.113.77");
  await visitor.enrolWithPassword(await house.link(id), PASSWORD);
  await owner.query(
    "update people.session set stepped_up_until = now() + interval '10 minutes' where officer = $1",
    [id],
  );
  return visitor;
}

function nobodysPasskey() {
  const clientDataJSON = Buffer.from(JSON.stringify({ type: "webauthn.get", challenge: "AAAA" })).toString(
    "base64url",
  );
  return {
    id: "AAAA",
    rawId: "AAAA",
    type: "public-key",
    response: { clientDataJSON, authenticatorData: "AAAA", signature: "AAAA" },
  };
}

function Sessions(body: unknown): { id: string; isThisOne: boolean }[] {
  const sessions = typeof body === "object" && body !== null && "sessions" in body ? body.sessions : [];
  return Array.isArray(sessions) ? sessions : [];
}
