// Opens explain.html in a headless Chromium, pastes three mismatches and reads three causes.
// It also proves that the page makes no request, and works by keyboard, on a phone and in the dark.
//
// node tests/browser.mjs [PICTURE.png]
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const html = await readFile(new URL('../explain.html', import.meta.url));
const served = [];
const server = createServer((request, response) => {
  served.push(request.url);
  response.setHeader('content-type', 'text/html').end(html);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

const authorization = (signed, signature) =>
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, ' +
  `SignedHeaders=${signed}, Signature=${signature}`;
const some = '2c'.repeat(32);
const quoted = (canonical) => '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code>' +
  '<Message>The request signature we calculated does not match the signature you provided. Check your key ' +
  `and signing method.</Message><CanonicalRequest>${canonical.replaceAll('&', '&amp;')}</CanonicalRequest></Error>`;
const dated = ['x-amz-content-sha256: UNSIGNED-PAYLOAD', 'x-amz-date: 20260102T030405Z'];
const datedLines = 'x-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20260102T030405Z\n\n' +
  'host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD';
const datedNames = 'host;x-amz-content-sha256;x-amz-date';

const mismatches = [
  {
    name: 'a proxy changed the host',
    request: ['GET /2026/report.pdf HTTP/1.1', 'host: photos.s3.us-east-1.amazonaws.com', ...dated,
      `authorization: ${authorization(datedNames, some)}`].join('\r\n'),
    response: `HTTP/1.1 403 Forbidden\r\n\r\n${quoted(`GET\n/2026/report.pdf\n\nhost:10.0.0.7\n${datedLines}`)}`,
    cause: 'Likely cause: The request was signed for a host other than the one it arrived at.',
    marked: ['photos.s3.us-east-1.amazonaws.com', '10.0.0.7'],
  },
  {
    name: 'a path was signed as it was sent, as `curl -v` shows it, explained with the secret',
    request: ['* Connected', '> GET /dt=2026-01-02/part@0.parquet HTTP/1.1', '> host: bucket.s3.amazonaws.com',
      ...dated.map((line) => `> ${line}`),
      `> authorization: ${authorization(datedNames, '86eaccb426a4575c4a109a24e513a3b2a7e064f02522c84d5b383402e6ae9ba0')}`,
      '> '].join('\n'),
    response: '<Error><Code>SignatureDoesNotMatch</Code></Error>',
    secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    cause: 'Likely cause: The two sides percent-encode the same path differently.',
    marked: ['=2026-01-02/part@', '%3D2026-01-02/part%40'],
  },
  {
    name: 'a parameter was lost on the way',
    request: ['GET /key?partNumber=1&uploadId=abc HTTP/1.1', 'host: bucket.s3.amazonaws.com', ...dated,
      `authorization: ${authorization(datedNames, some)}`].join('\n'),
    response: quoted(`GET\n/key\nuploadId=abc\nhost:bucket.s3.amazonaws.com\n${datedLines}`),
    cause: 'Likely cause: Query parameters were signed and did not arrive: partNumber.',
    marked: ['partNumber=1&', ''],
  },
];

async function opened(options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests = [], problems = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(url);
  return { context, page, requests, problems };
}

async function explain(page, { request, response, secret }) {
  await page.getByLabel('Request, as it was sent').fill(request);
  await page.getByLabel('Response of the service').fill(response);
  await page.getByLabel('Secret access key (optional)').fill(secret ?? '');
  await page.getByRole('button', { name: 'Explain' }).click();
}

try {
  const { page, requests, problems } = await opened({ viewport: { width: 1100, height: 1000 } });
  for (const mismatch of mismatches) {
    await explain(page, mismatch);
    const first = page.locator('#result article').first();
    await first.getByRole('heading', { name: mismatch.cause, exact: true }).waitFor({ timeout: 10_000 })
      .catch(async () => assert.fail(`${mismatch.name}: ${await page.locator('#result').innerText()}`));
    // The text that is marked, without what only a screen reader says.
    const marked = await first.locator('mark').evaluateAll((marks) =>
      marks.map((mark) => mark.firstChild?.nodeType === Node.TEXT_NODE ? mark.firstChild.data : ''));
    assert.deepEqual(marked, mismatch.marked, mismatch.name);
    console.log(`read: ${mismatch.name}`);
  }
  assert.equal(await page.locator('#result').getAttribute('aria-live'), 'polite');

  // One request: that of the page itself.
  assert.deepEqual(requests, [url]);
  assert.deepEqual(served, ['/']);
  const resources = await page.evaluate(() => performance.getEntriesByType('resource').length);
  assert.equal(resources, 0);
  assert.deepEqual(problems, []);
  // And no script could make one.
  const refused = await page.evaluate(() => fetch('/stolen').then(() => false, () => true));
  assert.ok(refused, 'the policy allowed a connection');
  await page.evaluate(() => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = done;
    image.src = '/stolen.png';
  }));
  assert.deepEqual(served, ['/']);
  console.log('no request was made');

  // By keyboard alone: focus the first field, and reach the button by Tab.
  const keyboard = await opened();
  const focus = () => keyboard.page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  const order = [];
  for (let i = 0; i < 6; i++) {
    await keyboard.page.keyboard.press('Tab');
    order.push(await focus());
  }
  assert.deepEqual(order, ['request', 'response', 'secret', 'Explain', 'example', 'Clear']);
  await keyboard.page.keyboard.press('Shift+Tab');
  await keyboard.page.keyboard.press('Enter');
  await keyboard.page.getByRole('heading', { name: mismatches[0].cause }).waitFor();
  await keyboard.page.keyboard.press('Tab');
  await keyboard.page.keyboard.press('Tab');
  assert.equal(await focus(), 'Canonical request');
  await keyboard.page.keyboard.press('Enter');
  assert.ok(await keyboard.page.locator('details').first().evaluate((details) => details.open));
  console.log('it works by keyboard');

  // On a phone nothing is wider than the screen, and buttons are large enough for a finger.
  const phone = await opened({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  await explain(phone.page, mismatches[0]);
  await phone.page.locator('#result article').first().waitFor();
  assert.equal(await phone.page.evaluate(() => document.documentElement.scrollWidth), 320);
  for (const button of await phone.page.getByRole('button').all()) {
    assert.ok((await button.boundingBox()).height >= 44);
  }
  console.log('it fits a phone');

  // In the dark the page is dark, and in both its text has enough contrast (WCAG AA: 4.5).
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await opened({ colorScheme });
    await explain(page, mismatches[0]);
    await page.locator('#result article').first().waitFor();
    const colors = await page.evaluate(() => ['body', '.hint', 'mark', 'dt', 'button', 'button.second'].map((selector) => {
      const found = document.querySelector(selector);
      let around = found;
      const background = (element) => getComputedStyle(element).backgroundColor;
      while (background(around) === 'rgba(0, 0, 0, 0)') around = around.parentElement;
      return [selector, getComputedStyle(found).color, background(around)];
    }));
    for (const [selector, ...pair] of colors) {
      const [text, behind] = pair.map((color) => luminance(color.match(/\d+/g).map(Number)));
      const contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
      assert.ok(contrast >= 4.5, `${colorScheme}: ${selector} has a contrast of ${contrast.toFixed(1)}`);
      if (selector === 'body') assert.equal(text > behind, colorScheme === 'dark');
    }
  }
  console.log('it is readable in the light and in the dark');

  if (process.argv[2]) {
    const { page } = await opened({ viewport: { width: 960, height: 850 } });
    await page.getByRole('button', { name: 'Fill in an example' }).click();
    await page.locator('#result article').first().waitFor();
    const { y, height } = await page.locator('#result article').first().boundingBox();
    const top = await page.evaluate(() => scrollY);
    await page.screenshot({
      path: process.argv[2], fullPage: true, clip: { x: 0, y: 0, width: 960, height: y + top + height + 16 },
    });
  }
} finally {
  await browser.close();
  server.close();
}
