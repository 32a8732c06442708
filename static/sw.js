// The service worker of the desk: it shows pushes, and opens their pages. It keeps nothing and
// answers no request of a page. internal/channels/webpush writes what it reads.

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));

async function show(data) {
  const said = read(data);
  // A later state of the same message has its tag, and replaces it.
  await self.registration.showNotification(said.title, {
    body: said.body, tag: said.tag, timestamp: said.at, silent: said.silent, renotify: !said.silent, data: { path: said.path },
  });
  // The page of the settings says that a test arrived.
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage({ shown: said.title });
}

// A browser has to show something for each push.
function read(data) {
  const said = { title: "Countersign", body: "Something has changed.", tag: "countersign", path: "/", at: Date.now(), silent: false };
  try {
    return Object.assign(said, data.json());
  } catch {
    return said;
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? "/"));
});

async function open(path) {
  const page = new URL(path, self.location.origin);
  if (page.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((one) => new URL(one.url).pathname === page.pathname);
  await (there ? there.focus() : self.clients.openWindow(page.href));
}
