import init from "/praca_web.js";

init({ module_or_path: "/praca_web_bg.wasm" }).catch((error) => {
  document.documentElement.dataset.boot = "failed";
  console.error(error);
});

// Somebody who was logged in and comes to a page inside: its code comes beside the rest.
try {
  const inside = location.pathname === "/" || /^\/(salas|mensagens|feira|avisos|perfil)/.test(location.pathname);
  for (const href of inside && localStorage.getItem("praca.inside") ? ["/square"] : []) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "anonymous", href }));
  }
} catch {
  // A browser that remembers nothing fetches it when it is wanted.
}

// What keeps the shell, and shows what is pushed. Where there is none the page does without.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
