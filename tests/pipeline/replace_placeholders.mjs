// Render templates with the npm package: JSON [[template, context], ...] comes in, and [outcome, ...] goes out, where an outcome
// is {result}, {} for undefined, or {error}. Numbers that JSON does not have are written as {"$number": "Infinity"}.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = `${process.argv[2]}/node_modules/@truto/replace-placeholders`;
const { module: file } = JSON.parse(readFileSync(`${folder}/package.json`));
const { default: replacePlaceholders } = await import(pathToFileURL(`${folder}/${file}`));

const written = (key, value) => (typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value);
const outcomes = JSON.parse(readFileSync(0)).map(([template, context]) => {
  try {
    return `{"result":${JSON.stringify(replacePlaceholders(template, context), written)}}`.replace(/^{"result":undefined}$/, "{}");
  } catch (error) {
    return JSON.stringify({ error: String(error.message) });
  }
});
process.stdout.write(`[${outcomes.join(",\n")}]\n`);
