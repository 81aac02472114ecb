import { readOperationFile } from "../../src/capabilities/operations/index.ts";
import { startChildren } from "../../src/main/children.ts";
import { inHouse } from "../../src/main/commands/house-options.ts";
import { showProgress } from "../../src/main/progress.ts";
import { openOperation, receiveAll, waitForDeliveries } from "../../src/main/run-operation.ts";

/*
 * What `muster run` does until the last delivery is read, as a program that can be killed: data folder and operation folder are its
 * arguments. It tells the database's address when it has one.
 */
const [, , data = "", folder = ""] = process.argv;

await inHouse({ data }, async (house, officer) => {
  process.send?.({ address: house.database.urlFor("owner") });
  const children = await startChildren(house.dataDir, {
    worker: new URL("./small-batches-worker.ts", import.meta.url),
    signer: new URL("./idle-program.ts", import.meta.url),
  });
  try {
    const file = await readOperationFile(folder);
    const operation = await openOperation(house, officer, file, folder);
    await receiveAll(house, operation, file, folder, showProgress(true));
    await waitForDeliveries(house, children, operation, showProgress(true));
  } finally {
    await children.stop();
  }
});
process.disconnect();
