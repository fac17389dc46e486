// The fair: finding ads, keeping them, and what their owners and moderators do with them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { drawing } from "./drawings.mjs";
import { dialog, onBothTwins } from "./residents.mjs";
import { api, logIn as session } from "./world.mjs";

const card = (page, title) => page.locator(".ad", { hasText: title });

onBothTwins("fair", { PRACA_LIMIT_ADS: "off" }, (square) => {
  /** Somebody's ad, as it stands after its review. */
  async function advertise({ token }, wish) {
    const ad = { kind: "sale", description: "Muito bem cuidada, é só buscar.", category: "bicicletas", state: "SP", city: "Campinas", neighborhood: "Taquaral", condition: "used", ...wish };
    const { status, body } = await api(square.world, "POST", "/ads", { token, body: ad });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  async function approve({ id }) {
    const { accessToken } = await session(square.world, "bia");
    const { status } = await api(square.world, "POST", `/ads/${id}/approve`, { token: accessToken, body: {} });
    assert.equal(status, 200);
  }

  test("an ad is found by words, kind, price and place, and kept; the address carries what was looked for", async () => {
    const bento = await square.newcomer("Bento");
    const rosa = await square.newcomer("Rosa");
    const number = square.number();
    const title = `Bicicleta dobrável azul número ${number}`;
    await approve(await advertise(bento, { title, price: { centavos: 123_450, currency: "BRL" } }));
    const { page } = rosa;
    await page.getByRole("link", { name: "Feira", exact: true }).click();
    await page.getByRole("heading", { name: "Feira", exact: true }).waitFor();
    await card(page, title).getByText("R$ 1.234,50").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-desktop-light");
    await page.getByLabel("O que você procura?").last().fill(`dobravel ${number}`);
    await page.getByLabel("O que você procura?").last().press("Enter");
    await page.waitForURL(/q=dobravel/);
    await page.locator(".ads .ad").nth(1).waitFor({ state: "detached" });
    await page.getByLabel("Venda").check();
    await page.getByLabel("Preço mínimo em reais").fill("1.000");
    await page.getByLabel("Preço máximo em reais").fill("1.234,50");
    await page.getByLabel("Estado", { exact: true }).selectOption({ label: "São Paulo" });
    await page.getByLabel("Cidade").fill("campinas");
    await page.getByRole("button", { name: "Ver anúncios" }).click();
    await page.waitForURL(/cidade=campinas/);
    await card(page, title).waitFor();
    // A reload keeps all of it, and going back takes the last of it away.
    await page.reload();
    await card(page, title).waitFor();
    assert.equal(await page.getByLabel("Preço mínimo em reais").inputValue(), "1.000");
    await page.getByLabel("Preço máximo em reais").fill("1.234,49");
    await page.getByRole("button", { name: "Ver anúncios" }).click();
    await page.getByRole("heading", { name: "Nada encontrado" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-nothing-desktop-light");
    await page.goBack();
    await card(page, title).getByRole("button", { name: `Guardar ${title}` }).click();
    await page.getByRole("link", { name: "Guardados" }).click();
    await card(page, title).waitFor();
    await card(page, title).getByRole("link").click();
    await page.getByRole("heading", { name: title }).waitFor();
    await page.getByText("Taquaral, Campinas · SP").waitFor();
    await page.getByRole("link", { name: "Conversar com Bento" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Excluir" }).count(), 0);
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-ad-desktop-light");
    await square.close(bento, rosa);
  });

  test("a moderator refuses an ad with a reason its owner reads, and takes another from display", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone", scheme: "dark" });
    const number = square.number();
    const [first, second] = [`Violão de estudo ${number}`, `Mesa de jardim ${number}`];
    const refused = await advertise(rosa, { title: first, kind: "trade", price: null, category: "musica" });
    const shown = await advertise(rosa, { title: second, price: null, category: "moveis" });
    const bia = await square.tab("bia");
    await bia.goto(`${square.world.url}/feira/${refused.id}`);
    await bia.getByRole("button", { name: "Recusar" }).click();
    await dialog(bia).getByRole("button", { name: "Recusar" }).click();
    await dialog(bia).getByRole("alert").getByText(/./).first().waitFor();
    await dialog(bia).getByLabel("Motivo").fill("Falta dizer por que instrumento.");
    assert.deepEqual(await axe(bia), []);
    await shot(bia, "fair-reject-desktop-light");
    await dialog(bia).getByRole("button", { name: "Recusar" }).click();
    await bia.locator(".chip", { hasText: "Recusado" }).waitFor();
    await bia.goto(`${square.world.url}/feira/${shown.id}`);
    await bia.getByRole("button", { name: "Aprovar" }).click();
    await bia.locator(".chip", { hasText: "Na feira" }).waitFor();

    const { page } = rosa;
    await page.goto(`${square.world.url}/avisos`);
    await page.locator(".notices .list-item", { hasText: first }).click();
    await page.waitForURL(`${square.world.url}/feira/${refused.id}`);
    await page.getByText("Falta dizer por que instrumento.").first().waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-refused-phone-dark");
    await page.goto(`${square.world.url}/feira/meus`);
    await card(page, first).getByText("Recusado").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-mine-phone-dark");
    await card(page, second).getByRole("link").click();
    await page.getByRole("button", { name: "Tirar da feira por um tempo" }).click();
    await page.locator(".chip", { hasText: "Fora da feira" }).waitFor();
    await page.getByRole("button", { name: "Pôr na feira de novo" }).click();
    await page.locator(".chip", { hasText: "Na feira" }).waitFor();
    await page.getByRole("button", { name: "Concluir" }).click();
    await dialog(page).getByRole("button", { name: "Concluir" }).click();
    await page.locator(".chip", { hasText: "Concluído" }).waitFor();
    await page.goto(`${square.world.url}/feira/${refused.id}`);
    await page.getByRole("button", { name: "Excluir" }).click();
    await dialog(page).getByRole("button", { name: "Excluir" }).click();
    await page.waitForURL(/\/feira\/meus/);
    await card(page, second).waitFor();
    assert.equal(await card(page, first).count(), 0);
    await square.close(rosa, { page: bia });
  });

  test("an ad is written with pictures, kept as a draft, refused, mended, and found", async () => {
    const rosa = await square.newcomer("Rosa");
    const { page } = rosa;
    const title = `Sofá verde de dois lugares ${square.number()}`;
    await page.goto(`${square.world.url}/feira`);
    await page.getByRole("link", { name: "Anunciar" }).click();
    await page.getByRole("heading", { name: "Novo anúncio" }).waitFor();
    await page.getByLabel("Título").fill(title);
    await page.getByLabel("Preço em reais").fill("62O,00");
    await page.getByLabel("Descrição", { exact: true }).fill("Sem manchas, *dois anos* de uso.");
    // What was begun is there after a reload.
    await page.reload();
    assert.equal(await page.getByLabel("Título").inputValue(), title);
    await page.getByText("dois anos", { exact: true }).waitFor();
    const files = [await drawing(page, "frente.jpg", 1200, 900, 30), await drawing(page, "lado.png", 900, 1200, 200, "image/png")];
    await page.locator('input[type="file"]').setInputFiles(files);
    await page.locator('.upload[data-state="ready"]').nth(1).waitFor();
    await page.getByRole("textbox", { name: "Descrição de lado.png" }).fill("O sofá visto de lado");
    await page.getByRole("button", { name: "Mais para a frente" }).last().click();
    const send = page.getByRole("button", { name: "Enviar para a moderação" });
    await send.click();
    await page.getByText("Isto não é um valor").waitFor();
    await page.getByLabel("Preço em reais").fill("620,00");
    await send.click();
    await page.getByText("Escolha uma categoria.").waitFor();
    await page.getByText("Escolha o estado e uma cidade dele.").waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-form-desktop-light");
    await page.getByLabel("Categoria").selectOption("moveis");
    await page.getByLabel("Estado", { exact: true }).selectOption("SP");
    await page.getByLabel("Cidade").fill("São Paulo");
    await send.click();
    await page.locator(".chip", { hasText: "Em revisão" }).waitFor();
    await page.getByRole("img", { name: "O sofá visto de lado" }).first().waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "fair-written-desktop-light");

    const id = new URL(page.url()).pathname.split("/").at(-1);
    const { accessToken } = await session(square.world, "bia");
    const refused = await api(square.world, "POST", `/ads/${id}/reject`, { token: accessToken, body: { reason: "Diga as medidas." } });
    assert.equal(refused.status, 200);
    await page.reload();
    await page.getByText("Diga as medidas.").first().waitFor();
    await page.getByRole("link", { name: "Mudar" }).click();
    await page.getByRole("heading", { name: "Mudar o anúncio" }).waitFor();
    assert.equal(await page.getByLabel("Preço em reais").inputValue(), "620,00");
    await page.getByLabel("Descrição", { exact: true }).fill("Sem manchas, 1,50 m de largura.");
    await send.click();
    await page.locator(".chip", { hasText: "Em revisão" }).waitFor();
    await approve({ id });
    await page.goto(`${square.world.url}/feira?q=sofa&categoria=casa&foto=sim`);
    await card(page, title).waitFor();
    // The draft of what was sent is gone.
    await page.goto(`${square.world.url}/feira/novo`);
    assert.equal(await page.getByLabel("Título").inputValue(), "");
    await square.close(rosa);
  });
});
