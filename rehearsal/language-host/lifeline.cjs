// Preloaded into every Node process that the language host starts. The host holds the other end of this pipe and never
// writes: it closes when the host ends, however it ends, and the child must not go on without it.
const { Socket } = require("node:net");
new Socket({ fd: 3 })
  .on("error", () => {})
  .on("close", () => process.kill(process.pid, "SIGKILL"))
  .resume()
  .unref();
