// Beside the page: keeps the shell for when there is no network, and shows what is pushed while no page is open.
// Pages come from the server first, so nobody is shown an older client than the server's.
const SHELL = ["/shell"];
const CACHE = "shell /version";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["/", ...SHELL])));
});

self.addEventListener("activate", (event) => {
  const others = (names) => names.filter((name) => name !== CACHE);
  const clear = async () => Promise.all(others(await caches.keys()).map((name) => caches.delete(name)));
  event.waitUntil(clear().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match("/")) ?? Response.error()));
  } else if (new URL(request.url).pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

/** Shows one, unless somebody looks at a page of ours, and sees it there. */
async function show({ title, body, tag, url }, from) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.id !== from && page.visibilityState === "visible")) return;
  await self.registration.showNotification(title, { body, tag, icon: "/img/icone-192.png", badge: "/img/icone-192.png", data: { url } });
}

self.addEventListener("push", (event) => event.waitUntil(show(event.data.json())));

// A page that is hidden hands on what it was told.
self.addEventListener("message", (event) => event.waitUntil(show(JSON.parse(event.data), event.source.id)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  const open = async () => {
    const [page] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    if (!page) return self.clients.openWindow(url);
    await page.focus();
    // The page goes there by itself, without beginning anew.
    page.postMessage({ go: url });
  };
  event.waitUntil(open());
});
