// What the element consists of, before anybody does anything.

// The server's own settings; the server fills in these and all else that is in double braces.
const FACTS = '{{facts}}';
const STYLE = '{{style}}';

const build = (create) => (tag, attributes = {}, ...children) => {
  const element = create(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const h = build((tag) => document.createElement(tag));
const svg = build((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));

// An element keeps the key of its text, so that another language reaches whatever it shows.
const text = (key, attribute) => ({ 'data-i18n': key, ...attribute && { 'data-i18n-attr': attribute } });
const dashed = (id) => id.replace('_', '-');
const label = (id) => h('label', { for: id, part: 'label' }, h('slot', { name: `label-${dashed(id)}` }, h('span', text(id))));
const error = (id) => h('p', { id: `${id}-error`, class: 'error', part: 'error', role: 'alert' });
const step = (id, ...children) => h('div', { class: 'step', part: `step step-${dashed(id)}` }, label(id), ...children);
const icon = (id, path) => h('button', { id, type: 'button', class: 'quiet icon', part: `icon ${id}`, ...text(id, 'aria-label') },
  h('slot', { name: `icon-${id}` }, svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': true }, svg('path', { d: path }))));
const field = (id, attributes) => h('input', {
  id, part: `input ${dashed(id)}`, type: 'text', required: '', 'aria-describedby': `${id}-error`, ...attributes,
});

// Made by hand rather than parsed, because pages that enforce Trusted Types allow no other way.
function request() {
  return h('form', { id: 'request', novalidate: '' },
    step('mobile',
      h('div', { class: 'row', part: 'row' },
        h('select', { id: 'country', part: 'input country', ...text('country', 'aria-label') }),
        field('mobile', { type: 'tel', autocomplete: 'tel', maxlength: 32 })),
      error('mobile')),
    step('image_code',
      h('div', { class: 'row', part: 'row' },
        field('image_code', { autocomplete: 'off', autocapitalize: 'characters', autocorrect: 'off', spellcheck: false }),
        h('span', { class: 'tile', part: 'tile' },
          h('img', { id: 'image', part: 'image', width: FACTS.imageWidth, height: FACTS.imageHeight, ...text('image', 'alt') }),
          h('button', { id: 'look', type: 'button', class: 'quiet', part: 'look', hidden: '', ...text('look') })),
        icon('refresh', 'M19 12a7 7 0 1 1-2.1-5M19 3v4.5h-4.5'),
        icon('listen', 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11')),
      error('image_code'),
      h('button', { id: 'send', part: 'button send', class: 'primary', 'aria-describedby': 'send-wait send-error' },
        h('span', { id: 'send-label', ...text('send') }), h('span', { id: 'countdown', part: 'countdown', 'aria-hidden': true })),
      h('p', { id: 'send-wait', class: 'unseen' }),
      error('send'),
      h('p', { id: 'send-status', class: 'good', part: 'status', role: 'status' })));
}

function verify() {
  return h('form', { id: 'verify', novalidate: '' },
    step('sms_code',
      h('div', { class: 'slots', part: 'slots' }, field('sms_code', { inputmode: 'numeric', autocomplete: 'one-time-code' })),
      error('sms_code'),
      h('button', { id: 'check', part: 'button check', class: 'primary', ...text('check') }),
      h('p', { id: 'result', part: 'status result', role: 'status' })));
}

let sheet;
function style() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}

function hush(...elements) {
  for (const element of elements) {
    delete element.dataset.i18n;
    element.textContent = '';
  }
}
