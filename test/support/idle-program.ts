// Stands in for the signer, which takes no part in intake: a child that says it is ready and goes with its parent.
process.send?.("ready");
process.on("disconnect", () => process.exit(0));
