// Runs a Python file in Pyodide: node python.mjs SITE_PACKAGES PROJECT FILE
import { loadPyodide } from "pyodide";

const [sitePackages, project, file] = process.argv.slice(2);
const python = await loadPyodide();
for (const [where, root] of [["/site-packages", sitePackages], ["/project", project]]) {
  python.FS.mkdirTree(where);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, where);
}
try {
  process.exitCode = await python.runPythonAsync(`
import os, runpy, sys
sys.path[:0] = ["/project", "/project/tests", "/site-packages"]
os.chdir("/project")
runpy.run_path(${JSON.stringify(file)})["main"]()
`);
} catch (error) {
  console.error(error.message); // without the 1 MB line of code that Node shows beside it
  process.exitCode = 2;
}
