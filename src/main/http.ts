import { openHouse } from "./house.ts";
import { openHttpServer } from "./http-server.ts";

/** The program that faces people: no key, no stranger's file is parsed in it. Ends with the program that started it. */
const house = await openHouse("http");
const server = await openHttpServer(house);
const address = await server.listen({ host: house.settings.listenAddress, port: house.settings.port });
house.log.info({ address }, "listening");
process.send?.("ready");

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await server.close();
  await house.close();
  process.exit(0);
}
for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, () => void end());
