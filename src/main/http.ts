import { enrolmentLink, issueFirstEnrolment } from "#capabilities/people/index.ts";
import { frontDoorOf } from "./front-door.ts";
import { openHouse } from "./house.ts";
import { openHttpServer } from "./http-server.ts";

/** The program that faces people: no key, no stranger's file is parsed in it. Ends with the program that started it. */
const house = await openHouse("http");
const door = frontDoorOf(house.settings);
const server = await openHttpServer({
  ...house,
  door,
  largestDeliveryBytes: house.settings.largestDeliveryBytes,
});
const address = await server.listen({ host: house.settings.listenAddress, port: house.settings.port });
house.log.info({ address }, "listening");
process.send?.("ready");

const first = await issueFirstEnrolment(house.database.pool("gate"));
if (first !== null) {
  // Not through the log, which is kept: whoever reads it later must find nothing to use.
  process.stderr.write(
    `Nobody can sign in yet. The first administrator opens this link once, until ${first.expiresAt.toISOString()}:\n${enrolmentLink(door, first.token)}\n`,
  );
}

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await server.close();
  await house.close();
  process.exit(0);
}
for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, () => void end());
