// What moderators look at: the queue with what stands out, by keys and all at once, and never two at one ad.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, shot } from "./browser.mjs";
import { drawing } from "./drawings.mjs";
import { dialog, onBothTwins } from "./residents.mjs";
import { api } from "./world.mjs";

const waiting = (page, title) => page.locator(".case", { hasText: title });

onBothTwins("review of ads", { PRACA_LIMIT_ADS: "off" }, (square) => {
  async function advertise({ token }, wish) {
    const ad = { kind: "sale", description: "Muito bem cuidado, é só buscar.", category: "moveis", price: { centavos: 50_000, currency: "BRL" }, state: "SP", city: "Campinas", condition: "used", ...wish };
    const { status, body } = await api(square.world, "POST", "/ads", { token, body: ad });
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  test("the queue is gone through with the keyboard, and what stands out is seen", async () => {
    const [rosa, bento] = [await square.newcomer("Rosa"), await square.newcomer("Bento")];
    const number = square.number();
    const [cama, copia] = [`Cama de solteiro ${number}`, `Cama solteiro ${number}`];
    const description = "Cama de madeira maciça, com estrado novo e colchão firme.";
    await advertise(rosa, { title: cama, description });
    await advertise(bento, { title: copia, description });
    await advertise(bento, { title: `Rede de varanda ${number}`, description: "Rede de algodão. Chame no (11) 98765-4321 depois das 18h." });
    const bia = await square.tab("bia");
    await bia.getByRole("link", { name: "Feira", exact: true }).click();
    await bia.getByRole("link", { name: "Fila da moderação" }).click();
    await waiting(bia, cama).waitFor();
    assert.deepEqual(await axe(bia), []);
    await waiting(bia, cama).click();
    await bia.getByRole("heading", { name: "Parecidos na praça" }).waitFor();
    await bia.getByRole("link", { name: copia }).last().waitFor();
    assert.deepEqual(await axe(bia), []);
    await shot(bia, "review-alike-desktop-light");
    // Another moderator sees that somebody is at it.
    const ana = await square.tab("ana", { size: "phone", scheme: "dark" });
    await ana.goto(`${square.world.url}/feira/fila`);
    await waiting(ana, cama).getByText(/com Bia/).waitFor();
    await shot(ana, "review-queue-phone-dark");
    await waiting(ana, cama).click();
    await ana.getByText("Outra pessoa da moderação está olhando este anúncio.").waitFor();
    assert.deepEqual(await axe(ana), []);
    // Approve the first, refuse the second with a reason, go on to the third and back to nothing.
    await bia.keyboard.press("a");
    await waiting(bia, cama).waitFor({ state: "detached" });
    await bia.getByRole("heading", { level: 2, name: copia }).waitFor();
    await bia.keyboard.press("r");
    await dialog(bia).getByLabel("Motivo").fill("É cópia do anúncio de outra pessoa.");
    await bia.keyboard.press("Tab");
    await dialog(bia).getByRole("button", { name: "Recusar" }).click();
    await waiting(bia, copia).waitFor({ state: "detached" });
    await bia.getByRole("heading", { level: 2, name: `Rede de varanda ${number}` }).waitFor();
    await bia.getByRole("heading", { name: "Chama a atenção" }).waitFor();
    await bia.getByText("(11) 98765-4321").first().waitFor();
    await bia.keyboard.press("a");
    await waiting(bia, `Rede de varanda ${number}`).waitFor({ state: "detached" });
    await square.close(rosa, bento, { page: bia }, { page: ana });
  });

  test("what is clean is approved at once, and a change is shown beside what it was", async () => {
    const rosa = await square.newcomer("Rosa");
    const number = square.number();
    const clean = [`Estante de livros ${number}`, `Abajur de leitura ${number}`];
    const [shelf] = [await advertise(rosa, { title: clean[0], description: "Estante de pinho com cinco prateleiras." }), await advertise(rosa, { title: clean[1], description: "Abajur com cúpula de tecido cru, lâmpada nova." })];
    await advertise(rosa, { title: `Escada ${number}`, description: "Escada de seis degraus, veja em www.escadas.com.br hoje." });
    const bia = await square.tab("bia");
    await bia.goto(`${square.world.url}/feira/fila`);
    await waiting(bia, clean[0]).waitFor();
    await bia.getByRole("button", { name: /Aprovar os \d+ sem alerta/ }).click();
    await dialog(bia).getByText(clean[1]).waitFor();
    assert.equal(await dialog(bia).getByText(`Escada ${number}`).count(), 0);
    assert.deepEqual(await axe(bia), []);
    await shot(bia, "review-together-desktop-light");
    await dialog(bia).getByRole("button", { name: "Aprovar", exact: true }).click();
    await waiting(bia, clean[0]).waitFor({ state: "detached" });
    await waiting(bia, `Escada ${number}`).waitFor();
    // What is changed by half, and its pictures, wait; the ad stays as it is.
    const { page } = rosa;
    await page.goto(`${square.world.url}/feira/${shelf.id}/mudar`);
    await page.getByLabel("Preço em reais").fill("200,00");
    await page.locator('input[type="file"]').setInputFiles([await drawing(page, "estante.jpg", 900, 700, 60)]);
    await page.locator('.upload[data-state="ready"]').waitFor();
    await page.getByRole("button", { name: "Enviar para a moderação" }).click();
    await page.getByRole("heading", { name: "O que mudaria" }).waitFor();
    assert.deepEqual(await axe(page), []);
    await shot(page, "review-change-desktop-light");
    await bia.reload();
    await waiting(bia, clean[0]).getByText("Mudança").waitFor();
    await waiting(bia, clean[0]).click();
    await bia.getByRole("heading", { name: "O que mudaria" }).waitFor();
    await bia.locator(".difference ins").getByText("R$ 200,00").waitFor();
    assert.deepEqual(await axe(bia), []);
    await bia.getByRole("button", { name: "Aceitar a mudança" }).click();
    await waiting(bia, clean[0]).waitFor({ state: "detached" });
    await page.reload();
    await page.locator(".price--xl", { hasText: "200,00" }).waitFor();
    await square.close(rosa, { page: bia });
  });

  test("who writes is told that contacts are read by all", async () => {
    const rosa = await square.newcomer("Rosa", { size: "phone" });
    const { page } = rosa;
    await page.goto(`${square.world.url}/feira/novo`);
    await page.getByLabel("Descrição", { exact: true }).fill("Fale comigo: rosa@exemplo.com.br");
    await page.getByText("Qualquer pessoa lê isto, também fora da praça.").waitFor();
    await page.locator(".hints").getByText("rosa@exemplo.com.br").waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByLabel("Descrição", { exact: true }).fill("Fale comigo por aqui mesmo.");
    await page.locator(".hints").waitFor({ state: "detached" });
    await square.close(rosa);
  });
});
