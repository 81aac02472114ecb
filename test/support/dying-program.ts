// A program that cannot stay up: a wrong setting, a missing file.
process.exit(3);
