
'use strict';
const bytes = Uint8Array.from(atob('{{program}}'), (c) => c.charCodeAt(0));
const compiled = WebAssembly.compile(bytes);

// Runs the program once: text to standard input, text from standard output. Each run has a memory
// of its own, so what was pasted does not stay in one.
async function run(text) {
  const input = new TextEncoder().encode(text);
  const output = [];
  let memory, read = 0;
  const view = () => new DataView(memory.buffer);
  // The pieces of memory that a list of (address, length) names.
  const pieces = (list, count) => Array.from({ length: count }, (_, i) => new Uint8Array(
    memory.buffer, view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true)));
  const calls = {
    fd_read(_file, list, count, length) {
      let done = 0;
      for (const piece of pieces(list, count)) {
        const part = input.subarray(read, read + piece.length);
        piece.set(part);
        read += part.length;
        done += part.length;
      }
      view().setUint32(length, done, true);
      return 0;
    },
    fd_write(file, list, count, length) {
      let done = 0;
      for (const piece of pieces(list, count)) {
        if (file === 1) output.push(piece.slice());
        done += piece.length;
      }
      view().setUint32(length, done, true);
      return 0;
    },
    // There is no environment, and there are no arguments.
    environ_sizes_get(count, size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
    random_get(address, length) {
      crypto.getRandomValues(new Uint8Array(memory.buffer, address, length));
      return 0;
    },
    proc_exit(status) { throw new Error('the program ended with status ' + status); },
  };
  const unsupported = () => 52; // ENOSYS
  const module = await compiled;
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = calls[name] ?? unsupported;
  }
  const instance = await WebAssembly.instantiate(module, imports);
  memory = instance.exports.memory;
  instance.exports._start();
  return new Blob(output).text();
}

const form = document.getElementById('form');
const result = document.getElementById('result');
const field = (name) => document.getElementById(name);

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

// Text with `code` in it.
function prose(text) {
  return text.split('`').map((piece, i) => i % 2 ? element('code', piece) : piece);
}

function line([before, differs, after], hidden) {
  if (hidden) return element('dd', before, ' (what is hidden differs)');
  const mark = element('mark', differs);
  if (differs === '') {
    mark.className = 'gap';
    const unseen = element('span', ' nothing here ');
    unseen.className = 'unseen';
    mark.append(unseen);
  }
  return element('dd', before, mark, after);
}

function finding({ cause, advice, difference }, index) {
  const article = element('article', element('h2', index === 0 ? 'Likely cause: ' : 'Also: ', ...prose(cause)));
  if (difference) {
    const { part, signed, received, hidden } = difference;
    article.append(element('p', 'The line that differs: ' + part), element('dl',
      element('dt', 'signed'), line(signed, hidden), element('dt', 'received'), line(received, hidden)));
  }
  article.append(element('p', element('strong', 'What to do: '), ...prose(advice)));
  return article;
}

function shown({ problem, code, findings, canonicalRequest, stringToSign }) {
  if (problem) return [element('article', element('h2', ...prose(problem)))];
  const articles = findings.map(finding);
  if (articles.length === 0) articles.push(element('article', element('h2', 'No problem was found with the signature.')));
  if (code) articles[0].prepend(element('p', 'The service says: ', element('code', code)));
  const texts = [['Canonical request', canonicalRequest], ['String to sign', stringToSign]];
  const details = texts.filter(([, text]) => text)
    .map(([title, text]) => element('details', element('summary', title), element('pre', text)));
  return [...articles, ...details];
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = {};
  for (const name of ['request', 'response', 'secret']) input[name] = field(name).value;
  let explanation;
  try {
    explanation = JSON.parse(await run(JSON.stringify(input)));
  } catch (error) {
    explanation = { problem: 'This page failed: ' + error.message };
  }
  result.replaceChildren(...shown(explanation));
  result.scrollIntoView({ block: 'nearest' });
});

form.addEventListener('reset', () => result.replaceChildren());

field('example').addEventListener('click', () => {
  field('request').value = `GET /2026/report.pdf HTTP/1.1
host: photos.s3.us-east-1.amazonaws.com
x-amz-content-sha256: UNSIGNED-PAYLOAD
x-amz-date: 20260102T030405Z
authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=86eaccb426a4575c4a109a24e513a3b2a7e064f02522c84d5b383402e6ae9ba0`;
  field('response').value = `HTTP/1.1 403 Forbidden

<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET
/2026/report.pdf

host:10.0.0.7
x-amz-content-sha256:UNSIGNED-PAYLOAD
x-amz-date:20260102T030405Z

host;x-amz-content-sha256;x-amz-date
UNSIGNED-PAYLOAD</CanonicalRequest></Error>`;
  field('secret').value = '';
  form.requestSubmit();
});
