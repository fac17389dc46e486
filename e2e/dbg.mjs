import { launch, logIn, open, shot } from "./browser.mjs";
import { PASSWORD, api, logIn as session, room, start } from "./world.mjs";
const browser = await launch(); const world = await start("sqlite and local", { PRACA_LIMIT_DMS: "off" });
try {
  const ana = await session(world, "ana"); const bia = await session(world,"bia"); const caio=await session(world,"caio");
  const made = await api(world, "POST", "/rooms", { token: ana.accessToken, body: { name: `Coral` } });
  for (let n=0;n<60;n++) await api(world,"POST",`/rooms/${made.body.id}/messages`,{token:caio.accessToken,body:{body:`la ${n}`,nonce:`n${n}`}});
  const page = await open(browser, world, {}); 
  page.on("websocket", ws => { ws.on("framereceived", f => { const t=String(f.payload); if (/pinned|presence|activity/.test(t.slice(0,60))) console.log("<<", t.slice(0,200)); }); });
  await logIn(page,"caio",PASSWORD);
  await page.goto(world.url+"/salas/coral"); await page.locator(".msg",{hasText:"la 59"}).waitFor();
  const first = (await api(world, "GET", `/rooms/${made.body.id}/messages?around=1`, { token: caio.accessToken })).body.items[0];
  console.log(first.seq, (await api(world, "PUT", `/rooms/${made.body.id}/pins/${first.id}`, { token: bia.accessToken })).status);
  await page.waitForTimeout(1500); await shot(page,"dbg-pin"); console.log(await page.locator(".pinned").allTextContents(), page.complaints);
  // blocked presence
  const elis = await session(world,"elis");
  const dm=(await api(world,"PUT",`/dms/with/${elis.user.id}`,{token:caio.accessToken})).body; await api(world,"PUT",`/dms/${dm.id}/acceptance`,{token:elis.accessToken});
  const page2 = await open(browser, world, {}); 
  page2.on("websocket", ws => { ws.on("framereceived", f => { const t=String(f.payload); if (/presence|items/.test(t.slice(0,60))) console.log("2<<", t.slice(0,400)); }); ws.on("framesent", f=>{const t=String(f.payload); if (/presence/.test(t)) console.log("2>>",t.slice(0,200));}); });
  await logIn(page2,"elis",PASSWORD);
  await page.goto(world.url+"/mensagens/elis"); await page2.goto(world.url+"/mensagens/caio"); await page2.waitForTimeout(2500);
  await shot(page2,"dbg-dm"); console.log(await page2.locator(".pane-main .pane-head").textContent());
} finally { await browser.close(); await world.stop(); }
