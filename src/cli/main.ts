#!/usr/bin/env node
import { endWithReader } from "./exit.ts";
import { program } from "./program.ts";

endWithReader();
await program().parseAsync();
