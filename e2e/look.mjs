import { launch, logIn, open, shot, axe } from "./browser.mjs";
import { PASSWORD, api, logIn as session, room, start } from "./world.mjs";
const browser = await launch(); const world = await start("sqlite and local");
try {
  const ana = await session(world, "ana"); const caio = await session(world, "caio"); const elis = await session(world,"elis");
  const r = await room(world, ana.accessToken, "praca-central");
  const m = await api(world,"POST",`/rooms/${r.id}/messages`,{token:ana.accessToken,body:{body:"Olha isso, @caio e @elis! *Reunião* às 19h.",nonce:"x1"}});
  await api(world,"PUT",`/rooms/${r.id}/pins/${m.body.id}`,{token:ana.accessToken});
  const dm=await api(world,"PUT",`/dms/with/${caio.user.id}`,{token:elis.accessToken});
  console.log(dm.status, JSON.stringify(dm.body).slice(0,300));
  await api(world,"POST",`/dms/${dm.body.id}/messages`,{token:elis.accessToken,body:{body:"Oi, Caio! Tudo bem?",nonce:"y"}});
  for (const [size,scheme] of [["desktop","light"],["phone","dark"]]) {
    const page = await open(browser, world, {size,scheme,touch:size==="phone"});
    await logIn(page,"caio",PASSWORD);
    await page.waitForTimeout(800); await shot(page,`${size}-salas`);
    for (const [name,path] of [["sala","/salas/praca-central"],["mensagens","/mensagens"],["dm","/mensagens/ana"],["pedido","/mensagens/elis"],["ninguem","/mensagens/bia"],["perfil","/perfil"]]) {
      await page.goto(world.url+path); await page.waitForTimeout(1200); await shot(page,`${size}-${name}`);
      const found = await axe(page); if (found.length) console.log(size,name,found);
    }
    await page.goto(world.url+"/salas/praca-central"); await page.waitForTimeout(800);
    await page.getByRole("button",{name:"Ana Beatriz Rocha"}).first().click(); await page.waitForTimeout(600); await shot(page,`${size}-cartao`);
    console.log(size,"cartao", await axe(page));
    await page.keyboard.press("Escape");
    const box = page.getByLabel(/Mensagem para/).last(); await box.click(); await page.keyboard.type("oi @"); await page.waitForTimeout(600); await shot(page,`${size}-arroba`);
    console.log(size,"arroba", await axe(page));
    console.log(page.complaints);
    await page.context().close();
  }
} finally { await browser.close(); await world.stop(); }
