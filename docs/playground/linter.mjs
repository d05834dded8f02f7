// The linter, in a worker of the browser: Python (Pyodide) and a zip of this project's own files,
// both from the folder that this file is in.

import { loadPyodide } from "./pyodide.mjs";

const LINT = `
import ast, io, json

from flake8_celery_retry.linting.lint import lint
from flake8_celery_retry.linting.prefilter import may_hold_findings
from flake8_celery_retry.rules import all_rules
from flake8_celery_retry.settings import Settings


def answer(source, opinions):
    source = source.removeprefix("\\ufeff").replace("\\r\\n", "\\n").replace("\\r", "\\n")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        return {"error": f"This is no Python: {error.args[0]}" + (f" (line {line})" if line else "")}
    except (RecursionError, MemoryError):
        return {"error": "This nests too deeply to be looked at."}
    codes = frozenset(rule.code for rule in all_rules() if rule.is_opinion) if opinions else frozenset()
    settings = Settings(opinions=codes)
    if not may_hold_findings(source, settings):
        return {"findings": []}
    try:
        found = lint(tree, io.StringIO(source).readlines(), settings)
    except (RecursionError, MemoryError):
        return {"error": "This nests too deeply to be looked at."}
    return {
        "findings": [
            {
                "code": each.code,
                "line": each.line,
                "message": each.message,
                "fix": each.fix.title if each.fix else None,
                "safe": bool(each.fix and each.fix.safe),
            }
            for each in found
        ]
    }


def answer_as_json(source, opinions):
    return json.dumps(answer(source, opinions))


answer_as_json
`;

async function load() {
  const here = new URL(".", import.meta.url).href;
  const [python, zip] = await Promise.all([
    loadPyodide({ indexURL: here }),
    fetch(new URL("linter.zip", here)).then((response) => response.arrayBuffer()),
  ]);
  python.unpackArchive(zip, "zip", { extractDir: "/home/pyodide" });
  return python.runPython(LINT);
}

const loading = load();

self.onmessage = async ({ data: { question, source, opinions } }) => {
  try {
    const answer = await loading;
    self.postMessage({ question, ...JSON.parse(answer(source, opinions)) });
  } catch (error) {
    self.postMessage({ question, error: `The linter failed: ${error.message}` });
  }
};
