// Pictures of a test: drawn by the page, chosen, and found where they are shown.

export const tiles = (page) => page.locator(".upload");
export const shown = (page) => page.locator(".msg .attachment img");
export const gallery = (page) => page.getByRole("dialog", { name: "Fotos da mensagem" });

/** A drawing as a file, made by the page itself. */
export async function drawing(page, name, width, height, hue, type = "image/jpeg") {
  const base64 = await page.evaluate(
    ([width, height, hue, type]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const pen = canvas.getContext("2d");
      const sky = pen.createLinearGradient(0, 0, width, height);
      sky.addColorStop(0, `hsl(${hue} 70% 70%)`);
      sky.addColorStop(1, `hsl(${hue + 60} 60% 35%)`);
      pen.fillStyle = sky;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = "white";
      pen.beginPath();
      pen.arc(width * 0.3, height * 0.35, Math.min(width, height) * 0.16, 0, 7);
      pen.fill();
      return canvas.toDataURL(type, 0.9).split(",")[1];
    },
    [width, height, hue, type],
  );
  return { name, mimeType: type, buffer: Buffer.from(base64, "base64") };
}

/** Chooses files for the message that is being written. */
export async function attach(page, ...files) {
  await page.locator(".composer input[type=file]:not([capture])").setInputFiles(files);
}

/** Once a picture is on the page, whole. */
export async function loaded(image) {
  await image.waitFor();
  await image.scrollIntoViewIfNeeded();
  await image.evaluate((image) => image.decode());
  return image.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
}

/** What a picture or a canvas shows, as eight by eight pixels. */
export const pixels = (place) =>
  place.evaluate((source) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(source, 0, 0, 8, 8);
    return [...pen.getImageData(0, 0, 8, 8).data];
  });
