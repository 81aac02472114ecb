import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { entitle, registerSource } from "#capabilities/feeds/index.ts";
import { insertOperation } from "#capabilities/operations/index.ts";
import { asCaller } from "#platform/postgres/caller.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../../../test/support/database.ts";
import {
  type Answer,
  type OfficerPlan,
  openTestServer,
  type SignedIn,
  type TestServer,
} from "../../../test/support/http.ts";
import { anOperationFile, aSource } from "../../../test/support/intake.ts";
import { MEMBER_ROLES } from "./contract.ts";
import { routes as memberRoutes } from "./member-routes.ts";
import { type MemberRole, READS_AS } from "./model/roles.ts";

const database = withDatabase();
const defects: unknown[] = [];
const absent = "00000000-0000-4000-8000-000000000000";
const operations = { harbour: 0, quay: 0 };
let http: TestServer;

const ORGANISATIONS = [
  ["the-desk", "secretariat", null, false],
  ["id-police", "police", "ID", true],
  ["id-csirt", "csirt", "ID", false],
  ["my-police", "police", "MY", true],
  ["northwind", "partner", null, false],
  ["eastwind", "partner", null, false],
] as const;
type Home = (typeof ORGANISATIONS)[number][0];

beforeAll(async () => {
  const owner = database().pool("owner");
  for (const id of ["harbour", "quay"] as const) {
    const source = aSource(`${id}-feed`);
    operations[id] = await transaction(owner, async (db) => {
      const operation = await insertOperation(
        db,
        anOperationFile({ id, name: `Operation ${id}`, sources: [source] }),
      );
      await registerSource(db, operation, source);
      return operation.id;
    });
  }
  for (const row of ORGANISATIONS)
    await owner.query(
      "insert into people.organisation (code, name, kind, country, is_bureau) values ($1, $1, $2, $3, $4)",
      [...row],
    );
  http = await openTestServer(database(), defects);
});
afterAll(async () => {
  await http.close();
  expect(defects).toEqual([]);
});

interface Somebody extends SignedIn {
  readonly publicId: string;
}

async function somebody(home: Home, ...roles: NonNullable<OfficerPlan["roles"]>): Promise<Somebody> {
  const officer = await http.officer({ roles });
  await database()
    .pool("owner")
    .query(
      "update people.officer set organisation = (select id from people.organisation where code = $2) where id = $1",
      [officer.id, home],
    );
  return { ...officer, publicId: textAt((await officer.get("/me")).body, "id") };
}

const as = (role: MemberRole, operation: keyof typeof operations = "harbour", country = "ID") => ({
  operation: operations[operation],
  role,
  ...(READS_AS[role] === "country" ? { country } : {}),
  ...(READS_AS[role] === "source" ? { source: `${operation}-feed` } : {}),
});
const homeOf = (role: MemberRole): Home =>
  READS_AS[role] === "country" ? "id-police" : READS_AS[role] === "source" ? "northwind" : "the-desk";

function textAt(body: unknown, ...keys: readonly (string | number)[]): string {
  let at: unknown = body;
  for (const key of keys) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === "string" ? at : JSON.stringify(at ?? null);
}
const codeOf = ({ status, body }: Answer) => `${status} ${textAt(body, "code")}`;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const asking = (to: object, more: object = {}) => ({
  to,
  role: "national-officer",
  country: "ID",
  message: "Join us",
  answerUntil: inHours(48),
  ...more,
});
const invitationsOf = async (officer: SignedIn) => (await officer.get("/me/invitations")).text;
const NO_INVITATIONS = '{"invitations":[]}';

let coordinator: Somebody;
let other: Somebody;
beforeEach(async () => {
  const owner = database().pool("owner");
  await owner.query(
    "truncate people.invitation, people.invitation_event, people.membership, people.country_profile",
  );
  coordinator = await somebody("the-desk", as("coordinator"));
  other = await somebody("the-desk", as("coordinator", "quay"));
});

describe("what coordinators do", () => {
  it("is refused to every other role, and the same as nothing to whoever is no member", async () => {
    const others = await Promise.all(
      MEMBER_ROLES.filter((role) => role !== "coordinator").map((role) => somebody(homeOf(role), as(role))),
    );
    const theirs = memberRoutes.filter(
      ({ route }) =>
        "roles" in route.access && route.access.roles.length === 1 && route.access.for === "member",
    );
    expect(theirs.length).toBe(5);
    for (const { route } of theirs) {
      const at = (operation: string) =>
        route.path
          .replace(":operation", operation)
          .replace(":invitation", absent)
          .replace(":membership", absent);
      const ask = (officer: SignedIn, url: string) =>
        route.method === "GET" ? officer.get(url) : officer.send(route.method, url, {});
      for (const officer of others)
        expect([route.id, codeOf(await ask(officer, at("harbour")))]).toEqual([
          route.id,
          "403 people.role_not_allowed",
        ]);
      const hidden = await ask(other, at("harbour"));
      expect([hidden.status, hidden.text]).toEqual([404, (await ask(other, at("nowhere"))).text]);
    }
  });
});

describe("members", () => {
  const give = (officer: SignedIn, body: object, operation = "harbour") =>
    officer.send("POST", `/operations/${operation}/members`, body);
  const end = (officer: SignedIn, id: string, operation = "harbour") =>
    officer.send("POST", `/operations/${operation}/members/${id}/end`, { reason: "done" });
  const membershipOf = async (officer: Somebody) => {
    const found = await database()
      .pool("owner")
      .query<{ id: string }>("select public_id as id from people.membership where officer = $1", [
        officer.id,
      ]);
    return found.rows[0]?.id ?? "";
  };

  it("are given a role by a coordinator from a day to a day, and lose it with a reason", async () => {
    const colleague = await somebody("the-desk");
    const until = inHours(72);
    const given = await give(coordinator, { officer: colleague.publicId, role: "analyst", until });
    expect([given.status, given.body]).toMatchObject([
      201,
      { role: "analyst", until, officer: { id: colleague.publicId } },
    ]);
    expect((await colleague.get("/operations/harbour")).status).toBe(200);
    expect(codeOf(await give(coordinator, { officer: colleague.publicId, role: "analyst" }))).toBe(
      "409 people.has_role",
    );
    expect((await end(coordinator, textAt(given.body, "id"))).status).toBe(200);
    expect((await colleague.get("/operations/harbour")).status).toBe(404);
    expect(codeOf(await end(coordinator, textAt(given.body, "id")))).toBe("409 people.role_ended");
    const later = await give(coordinator, { officer: colleague.publicId, role: "lead", from: inHours(1) });
    expect((await colleague.get("/operations/harbour")).status).toBe(404);
    expect((await end(coordinator, textAt(later.body, "id"))).status).toBe(200);
  });

  it("are colleagues or members already: of anybody else it is not even said that he exists", async () => {
    const stranger = await somebody("my-police");
    const refusals = await Promise.all(
      [stranger.publicId, absent].map((officer) => give(coordinator, { officer, role: "analyst" })),
    );
    expect(refusals.map(({ status, text }) => [status, text])).toEqual([
      [404, refusals[0]?.text],
      [404, refusals[0]?.text],
    ]);
    const member = await somebody("my-police", as("national-officer", "harbour", "MY"));
    expect((await give(coordinator, { officer: member.publicId, role: "field", country: "MY" })).status).toBe(
      201,
    );
  });

  it("are given no role by themselves, of another country, of a stranger's source, in the past or backwards", async () => {
    const colleague = await somebody("the-desk");
    const to = colleague.publicId;
    const police = await somebody("my-police", as("national-officer", "harbour", "MY"));
    const cases: readonly (readonly [object, string])[] = [
      [{ officer: coordinator.publicId, role: "lead" }, "403 people.not_to_yourself"],
      [{ officer: police.publicId, role: "field", country: "ID" }, "400 people.role_not_for_organisation"],
      [{ officer: to, role: "partner", source: "harbour-feed" }, "400 people.role_not_for_organisation"],
      [{ officer: to, role: "analyst", country: "ID" }, "400 people.role_not_for_organisation"],
      [{ officer: to, role: "analyst", from: "2020-01-01T00:00:00Z" }, "400 people.role_in_the_past"],
      [{ officer: to, role: "analyst", until: "2020-01-01T00:00:00Z" }, "400 people.role_ends_first"],
      [{ officer: to, role: "analyst", given_by: 1 }, "400 http.invalid_request"],
    ];
    for (const [body, code] of cases) expect(codeOf(await give(coordinator, body))).toBe(code);
  });

  it("are ended in their own operation only, and a hidden one answers like none", async () => {
    const theirs = await somebody("the-desk", as("analyst", "quay"));
    const crossed = await end(coordinator, await membershipOf(theirs));
    const none = await end(coordinator, absent);
    expect([crossed.status, crossed.text]).toEqual([404, none.text]);
    expect((await theirs.get("/operations/quay")).status).toBe(200);
    const national = await somebody("id-police", as("national-officer"));
    const partner = await somebody("northwind", as("partner"));
    const hidden = await end(national, await membershipOf(partner));
    expect([hidden.status, hidden.text]).toEqual([404, none.text]);
    expect(codeOf(await end(national, await membershipOf(coordinator)))).toBe(
      "403 people.role_not_yours_to_end",
    );
  });

  it("keep their data-protection officer, who may go himself, and their last coordinator, who may not", async () => {
    const guardian = await somebody("the-desk", as("data-protection"));
    const role = await membershipOf(guardian);
    expect(codeOf(await end(coordinator, role))).toBe("403 people.role_not_yours_to_end");
    expect((await end(guardian, role)).status).toBe(200);
    const own = await membershipOf(coordinator);
    expect(codeOf(await end(coordinator, own))).toBe("409 people.last_coordinator");
    await give(coordinator, { officer: (await somebody("the-desk")).publicId, role: "coordinator" });
    expect((await end(coordinator, own)).status).toBe(200);
  });

  it("are known to each reader exactly as if those hidden from him were not there", async () => {
    const owner = database().pool("owner");
    const people = await Promise.all([0, 1, 2, 3, 4].map(() => somebody("id-police")));
    const row = fc.record({
      who: fc.constantFrom(...people),
      operation: fc.constantFrom("harbour" as const, "quay" as const),
      role: fc.constantFrom(...MEMBER_ROLES),
      country: fc.constantFrom("ID", "MY"),
      period: fc.constantFrom("now", "over", "later"),
    });
    const reader = await somebody("id-police");
    const asked = fc.record({ role: fc.constantFrom(...MEMBER_ROLES), country: fc.constantFrom("ID", "MY") });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), asked, async (rows, own) => {
        const mine = as(own.role, "harbour", own.country);
        const isVisible = (each: (typeof rows)[number]) =>
          each.operation === "harbour" &&
          (READS_AS[own.role] === "desk" ||
            (each.period === "now" &&
              (each.role === "coordinator" ||
                (READS_AS[own.role] === "country" &&
                  READS_AS[each.role] === "country" &&
                  each.country === own.country))));
        const fill = async (which: typeof rows) => {
          await owner.query("truncate people.membership cascade");
          await insert(reader, mine, "now", "00000000-0000-4000-8000-0000000000ff");
          for (const each of which)
            await insert(
              each.who,
              as(each.role, each.operation, each.country),
              each.period,
              idOf(rows.indexOf(each)),
            );
        };
        await fill(rows);
        const whole = await reader.get("/operations/harbour/members");
        await fill(rows.filter(isVisible));
        const without = await reader.get("/operations/harbour/members");
        expect(whole.status).toBe(200);
        expect(whole.text).toBe(without.text);
        const shown = rows.filter((each) => isVisible(each) && each.period !== "over").length;
        const isShownHimself = READS_AS[own.role] === "desk" || READS_AS[own.role] === "country";
        expect(whole.text.split('"role":').length - 1).toBe(shown + (isShownHimself ? 1 : 0));
      }),
      { numRuns: 30 },
    );

    function idOf(at: number): string {
      return `00000000-0000-4000-8000-00000000000${at}`;
    }
    async function insert(
      who: Somebody,
      role: ReturnType<typeof as>,
      period: string,
      id: string,
    ): Promise<void> {
      const [from, until] = period === "now" ? [1, null] : period === "over" ? [1, 2] : [9, null];
      await owner.query(
        `insert into people.membership (public_id, officer, operation, role, country, source, from_time, until_time)
         values ($1, $2, $3, $4, $5, $6, ('202' || $7::text || '-01-01')::timestamptz, ('202' || $8::text || '-01-01')::timestamptz)`,
        [id, who.id, role.operation, role.role, role.country ?? null, role.source ?? null, from, until],
      );
    }
  }, 60_000);
});

describe("invitations", () => {
  const send = (body: object, officer: SignedIn = coordinator, operation = "harbour") =>
    officer.send("POST", `/operations/${operation}/invitations`, body);
  const answer = (officer: SignedIn, id: string, what: string, body: object = {}) =>
    officer.send("POST", `/me/invitations/${id}/${what}`, body);
  const withdraw = (id: string, officer: SignedIn = coordinator, operation = "harbour") =>
    officer.send("POST", `/operations/${operation}/invitations/${id}/withdraw`, { reason: "changed plans" });

  it("to a country go to its bureau, and whoever accepts is a member until the day they name", async () => {
    const police = await somebody("id-police");
    const memberUntil = inHours(200);
    const made = await send(asking({ bureauOf: "ID" }, { memberUntil }));
    expect([made.status, textAt(made.body, "state")]).toEqual([201, "open"]);
    const id = textAt(made.body, "id");
    expect(await invitationsOf(police)).toContain('"message":"Join us"');
    expect((await police.get("/operations/harbour")).status).toBe(404);
    const accepted = await answer(police, id, "accept");
    expect(accepted.body).toMatchObject({
      state: "accepted",
      history: [
        { event: "invite", actor: { id: coordinator.publicId }, to: { organisation: "id-police" } },
        { event: "accept", actor: { id: police.publicId, organisation: "id-police" }, to: null },
      ],
    });
    expect((await police.get("/operations/harbour")).body).toMatchObject({
      you: { role: "national-officer", country: "ID" },
    });
    expect((await coordinator.get("/operations/harbour/members")).text).toContain(`"until":"${memberUntil}"`);
    expect((await coordinator.get("/operations/harbour/invitations")).text).toContain('"state":"accepted"');
    for (const what of ["accept", "decline", "delegate"]) {
      const body =
        what === "accept" ? {} : what === "decline" ? { reason: "no" } : { to: { organisation: "id-csirt" } };
      expect(codeOf(await answer(police, id, what, body))).toBe("409 people.invitation_accepted");
    }
    expect(codeOf(await withdraw(id))).toBe("409 people.invitation_accepted");
  });

  it("are declined with a reason and withdrawn with one, both kept, and expire by themselves", async () => {
    const police = await somebody("id-police");
    const declined = textAt((await send(asking({ organisation: "id-police" }))).body, "id");
    expect((await answer(police, declined, "decline", {})).status).toBe(400);
    expect((await answer(police, declined, "decline", { reason: "no staff" })).body).toMatchObject({
      state: "declined",
      history: [{ event: "invite" }, { event: "decline", reason: "no staff" }],
    });
    expect(codeOf(await answer(police, declined, "accept"))).toBe("409 people.invitation_declined");
    const withdrawn = textAt((await send(asking({ organisation: "id-police" }))).body, "id");
    expect((await withdraw(withdrawn)).body).toMatchObject({
      state: "withdrawn",
      history: [{}, { event: "withdraw" }],
    });
    expect(codeOf(await answer(police, withdrawn, "accept"))).toBe("409 people.invitation_withdrawn");
    const expired = textAt((await send(asking({ organisation: "id-police" }))).body, "id");
    await database()
      .pool("owner")
      .query(
        "update people.invitation set invited_at = now() - interval '2 days', answer_until = now() - interval '1 day' where public_id = $1",
        [expired],
      );
    expect(codeOf(await answer(police, expired, "accept"))).toBe("409 people.invitation_expired");
    expect((await coordinator.get("/operations/harbour/invitations")).text).toMatch(
      /"state":"expired".*"event":"expire","at":"[^"]+","actor":null/,
    );
    expect((await police.get("/operations/harbour")).status).toBe(404);
  });

  it("are handed to a colleague, who alone answers, or to another organisation, whose they then are", async () => {
    const [one, two] = [await somebody("id-police"), await somebody("id-police")];
    const csirt = await somebody("id-csirt");
    const id = textAt((await send(asking({ bureauOf: "ID" }, { role: "csirt" }))).body, "id");
    const passed = await answer(one, id, "delegate", { to: { colleague: two.publicId }, reason: "on leave" });
    expect(passed.body).toEqual({ id, passedOn: true });
    expect(codeOf(await answer(one, id, "accept"))).toBe("403 people.colleague_answers");
    expect((await answer(two, id, "delegate", { to: { organisation: "id-csirt" } })).status).toBe(200);
    expect(await invitationsOf(one)).toBe(NO_INVITATIONS);
    expect((await answer(csirt, id, "accept")).body).toMatchObject({
      history: [
        { event: "invite", to: { organisation: "id-police", officer: null } },
        { event: "delegate", reason: "on leave", to: { organisation: "id-police" } },
        { event: "delegate", actor: { id: two.publicId }, to: { organisation: "id-csirt", officer: null } },
        { event: "accept", actor: { id: csirt.publicId } },
      ],
    });
    expect((await csirt.get("/operations/harbour")).body).toMatchObject({
      you: { role: "csirt", country: "ID" },
    });
  });

  it("are passed on to nobody outside who could not hold the role, in the words for nobody", async () => {
    const police = await somebody("id-police");
    const stranger = await somebody("my-police");
    const id = textAt((await send(asking({ bureauOf: "ID" }))).body, "id");
    for (const organisation of ["my-police", "northwind", "id-police", "nowhere"])
      expect(codeOf(await answer(police, id, "delegate", { to: { organisation } }))).toBe(
        "400 people.nobody_to_pass_on_to",
      );
    for (const colleague of [stranger.publicId, police.publicId, absent])
      expect(codeOf(await answer(police, id, "delegate", { to: { colleague } }))).toBe(
        "400 people.not_a_colleague",
      );
  });

  it("are refused when they ask for what cannot be", async () => {
    const cases: readonly (readonly [object, string])[] = [
      [asking({ organisation: "my-police" }), "400 people.role_not_for_organisation"],
      [
        asking({ organisation: "northwind" }, { role: "analyst", country: undefined }),
        "400 people.role_not_for_organisation",
      ],
      [
        asking({ organisation: "northwind" }, { role: "partner", country: undefined, source: "quay-feed" }),
        "400 people.unknown_source",
      ],
      [asking({ bureauOf: "SG" }, { country: "SG" }), "400 people.unknown_organisation"],
      [asking({ bureauOf: "ID" }, { answerUntil: "2020-01-01T00:00:00Z" }), "400 people.answer_in_the_past"],
      [asking({ bureauOf: "ID" }, { memberUntil: inHours(1) }), "400 people.role_ends_first"],
      [asking({ bureauOf: "ID" }, { state: "accepted" }), "400 http.invalid_request"],
    ];
    for (const [body, code] of cases) expect(codeOf(await send(body))).toBe(code);
    expect((await send(asking({ bureauOf: "ID" }))).status).toBe(201);
    expect(codeOf(await send(asking({ bureauOf: "ID" })))).toBe("409 people.already_invited");
    expect((await coordinator.get("/operations/harbour/invitable")).text).toContain('"code":"northwind"');
  });

  it("of another operation or to another organisation answer like none", async () => {
    const id = textAt((await send(asking({ bureauOf: "ID" }))).body, "id");
    const crossed = await withdraw(id, other, "quay");
    expect([crossed.status, crossed.text]).toEqual([404, (await withdraw(absent, other, "quay")).text]);
    const foreign = await somebody("my-police");
    for (const what of ["accept", "decline", "delegate"]) {
      const body =
        what === "accept" ? {} : what === "decline" ? { reason: "x" } : { to: { organisation: "nowhere" } };
      const refused = await answer(foreign, id, what, body);
      expect([refused.status, refused.text]).toEqual([404, (await answer(foreign, absent, what, body)).text]);
    }
    expect(codeOf(await withdraw(id))).toBe("200 null");
  });

  it("are hidden by the database itself, whatever a query forgets to ask", async () => {
    const police = await somebody("id-police");
    await send(asking({ bureauOf: "ID" }));
    const counted = async (officer: SignedIn) =>
      asCaller(await entitle(database().pool("gate"), officer.id), async () => {
        const { rows } = await database()
          .pool("app")
          .query<{ counts: number[] }>(
            `select array[(select count(*) from people.invitation), (select count(*) from people.invitation_event),
               (select count(*) from people.membership)] as counts`,
          );
        return rows[0]?.counts;
      });
    expect(await counted(coordinator)).toEqual([1, 1, 1]);
    expect(await counted(police)).toEqual([1, 1, 0]);
    for (const role of MEMBER_ROLES.filter((each) => each !== "coordinator")) {
      const member = await somebody(READS_AS[role] === "country" ? "id-csirt" : homeOf(role), as(role));
      const members =
        READS_AS[role] === "desk"
          ? expect.any(Number)
          : READS_AS[role] === "country"
            ? expect.any(Number)
            : 1;
      expect([role, await counted(member)]).toEqual([role, [0, 0, members]]);
    }
    expect(await counted(other)).toEqual([0, 0, 1]);
    expect(await counted(await somebody("my-police"))).toEqual([0, 0, 0]);
    for (const column of ["local_account", "account"])
      await expect(
        asCaller({ officer: String(police.id) }, () =>
          database().pool("app").query(`select ${column} from people.officer`),
        ),
      ).rejects.toMatchObject({ code: "42501" });
  });

  it("are seen by nobody else at any moment of whatever becomes of them", async () => {
    const bystanders = [
      await somebody("the-desk", as("analyst"), as("lead"), as("data-protection")),
      await somebody("my-police", as("national-officer", "harbour", "MY")),
      await somebody("eastwind", as("partner")),
      other,
      await somebody("the-desk"),
    ];
    const police = await somebody("id-police");
    const csirt = await somebody("id-csirt");
    const views = () =>
      Promise.all(
        bystanders.map(async (each) => [
          await invitationsOf(each),
          (await each.get("/operations/quay/invitations")).text,
        ]),
      );
    const before = await views();
    const step = fc.record({
      who: fc.constantFrom(police, csirt),
      what: fc.constantFrom("invite", "accept", "decline", "delegate", "withdraw"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await database().pool("owner").query("truncate people.invitation, people.invitation_event");
        let id: string = randomUUID();
        for (const { who, what } of steps) {
          const act =
            what === "invite"
              ? send(asking({ bureauOf: "ID" }, { role: "csirt" }))
              : what === "withdraw"
                ? withdraw(id)
                : answer(
                    who,
                    id,
                    what,
                    what === "decline"
                      ? { reason: "no" }
                      : what === "delegate"
                        ? { to: { organisation: "id-csirt" } }
                        : {},
                  );
          // Looked at while it happens and after it.
          const [during, answered] = [await views(), await act];
          if (what === "invite" && answered.status === 201) id = textAt(answered.body, "id");
          expect(answered.status).not.toBe(500);
          expect([during, await views()]).toEqual([before, before]);
        }
      }),
      { numRuns: 6 },
    );
  }, 60_000);
});

describe("country profiles", () => {
  const profile = {
    version: 0,
    contacts: [
      {
        name: "Duty desk",
        role: "24/7 contact",
        phone: "+62215550100",
        from: "2026-01-01",
        languages: ["id"],
      },
    ],
    languages: ["id", "en"],
    treaties: [{ treaty: "budapest", status: "signatory", since: "2025-06-01" }],
    freeze: { length: 72, unit: "hours" },
    noticeRules: "Victims are told by the police alone.",
  };
  const url = "/countries/ID/profile";

  it("are said by the country's national officers, read by every desk and by compatriots, and kept as they were", async () => {
    const national = await somebody("id-police", as("national-officer"));
    expect((await national.get(url)).status).toBe(404);
    expect((await national.send("PUT", url, profile)).body).toMatchObject({
      country: "ID",
      version: 1,
      freeze: { length: 72 },
    });
    const second = await national.send("PUT", url, { ...profile, version: 1, freeze: null });
    expect(second.body).toMatchObject({ version: 2, freeze: null });
    expect(codeOf(await national.send("PUT", url, { ...profile, version: 1 }))).toBe(
      "409 people.changed_meanwhile",
    );
    const analyst = await somebody("the-desk", as("analyst", "quay"));
    const fiu = await somebody("id-police", as("fiu"));
    for (const reader of [analyst, fiu]) {
      expect((await reader.get(url)).text).toBe((await national.get(url)).text);
      expect((await reader.get(`${url}/history`)).body).toMatchObject({
        versions: [{ version: 2 }, { version: 1 }],
      });
    }
  });

  it("are changed by nobody else, and to whoever may not read one there is none", async () => {
    const national = await somebody("id-police", as("national-officer"));
    await national.send("PUT", url, profile);
    const before = (await national.get(url)).text;
    for (const role of MEMBER_ROLES) {
      const country = READS_AS[role] === "country" ? "MY" : "ID";
      const foreign = await somebody("the-desk", as(role, "harbour", country));
      const mayRead = READS_AS[role] === "desk";
      expect([role, (await foreign.get(url)).status]).toEqual([role, mayRead ? 200 : 404]);
      const change = await foreign.send("PUT", url, { ...profile, version: 1 });
      expect([role, change.status]).toEqual([role, mayRead ? 403 : 404]);
      const none = await foreign.send("PUT", "/countries/ZZ/profile", profile);
      if (!mayRead) expect(change.text).toBe(none.text);
    }
    for (const role of ["field", "csirt", "prosecutor", "fiu"] as const)
      expect(
        (await (await somebody("id-police", as(role))).send("PUT", url, { ...profile, version: 1 })).status,
      ).toBe(403);
    expect((await national.get(url)).text).toBe(before);
    expect((await national.send("PUT", url, { ...profile, version: 1, changedBy: "me" })).status).toBe(400);
  });
});
