import init from "/praca_web.js";

init({ module_or_path: "/praca_web_bg.wasm" }).catch((error) => {
  document.documentElement.dataset.boot = "failed";
  console.error(error);
});

// Somebody who was logged in and comes to the rooms: their code comes beside the rest.
try {
  const rooms = location.pathname === "/" || location.pathname.startsWith("/salas");
  for (const href of rooms && localStorage.getItem("praca.inside") ? ["/rooms"] : []) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "anonymous", href }));
  }
} catch {
  // A browser that remembers nothing fetches it when it is wanted.
}
