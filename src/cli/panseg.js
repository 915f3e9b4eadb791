#!/usr/bin/env node
// The program as it is called. JavaScript that any Node of these years can read, for an older Node can read no
// TypeScript and would end with a stack instead of a sentence.
import { refuseOldNode } from "./nodeVersion.js";

if (!refuseOldNode()) await import("./main.ts");
