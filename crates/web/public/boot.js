import init from "/praca_web.js";

init({ module_or_path: "/praca_web_bg.wasm" }).catch((error) => {
  document.documentElement.dataset.boot = "failed";
  console.error(error);
});
