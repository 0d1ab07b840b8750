// The demo page: number and picture in, SMS out, code checked.
// It talks to the same three routes as any shop's front end; the telephone reads the mock sender's outbox.

import { LANGUAGES, TEXT } from './messages.js';

const $ = (id) => document.getElementById(id);
const page = document.documentElement;
const { locale } = page.dataset;
const codeLength = Number(page.dataset.codeLength);
const imageLength = Number(page.dataset.imageLength);
const countdown = Number(page.dataset.countdown);

// ---- Language ----

const language = (tag) => LANGUAGES.find((known) => tag?.toLowerCase().startsWith(known.slice(0, 2)));

// Storage may be forbidden; the choice then lasts as long as the page.
function storage(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

// An element keeps the key of its text, so that switching the language reaches whatever it shows.
function render(element) {
  const { i18n, i18nAttr, n, gloss } = element.dataset;
  const text = TEXT[i18n][LANGUAGES.indexOf(page.lang)].replace('{n}', n);
  if (i18nAttr) element.setAttribute(i18nAttr, text);
  else if (gloss) element.textContent = page.lang === language(locale) ? '' : ` — ${text}`;
  else element.textContent = text;
}

function speak(lang) {
  page.lang = lang;
  document.querySelectorAll('[data-i18n]').forEach(render);
  $('lang').lang = LANGUAGES.find((other) => other !== lang);
  $('lang').textContent = lang === 'en' ? '中文' : 'English';
  showCountdown();
}

function switchLanguage() {
  speak($('lang').lang);
  storage((store) => store.setItem('lang', page.lang));
  history.replaceState(null, '', location.pathname); // or ?lang= would win over the choice on reload
}

// ---- Saying things ----

function say(element, key, n = '') {
  Object.assign(element.dataset, { i18n: key, n });
  render(element);
}

function hush(...elements) {
  for (const element of elements) {
    delete element.dataset.i18n;
    element.textContent = '';
  }
}

// The server's own words, explained if it speaks another language than the visitor.
function quote(element, answer) {
  if (typeof answer?.errmsg !== 'string') return say(element, 'no_answer');
  hush(element);
  const span = () => element.appendChild(document.createElement('span'));
  Object.assign(span(), { lang: locale, textContent: answer.errmsg });
  const meaning = span();
  meaning.dataset.gloss = 'true';
  if (answer.outcome in TEXT) say(meaning, answer.outcome);
  if (answer.attempts_left > 0) say(span(), 'attempts_left', answer.attempts_left);
}

function blame(field, tell) {
  tell($(`${field.id}-error`));
  field.setAttribute('aria-invalid', 'true');
  field.focus();
  if (field.value.length === field.maxLength) field.select(); // a full field takes nothing more
}

function forgive(field) {
  field.removeAttribute('aria-invalid');
  hush($(`${field.id}-error`));
}

// Says what is missing before a picture or an attempt is spent on it; the focus ends on the first such field.
function complete(...needs) {
  const unmet = needs.filter(([met]) => !met);
  for (const [, field, ...text] of unmet.reverse()) blame(field, (error) => say(error, ...text));
  return unmet.length === 0;
}

// ---- What was typed ----

// Chinese keyboards like to type full-width digits; people like to group them.
const typed = (field, noise) => field.value.normalize('NFKC').replace(noise, '');
const mobile = () => typed($('mobile'), /[\s().-]/g);
const imageCode = () => typed($('image_code'), /\s/g);
const smsCode = () => typed($('sms_code'), /\s/g);

// ---- Requests ----

// The picture or the JSON that came, or null. It has an end: a button must not stay busy because a server hangs.
async function ask(path, options) {
  try {
    const response = await fetch(path, { cache: 'no-store', ...options, signal: AbortSignal.timeout(20000) });
    const isPicture = response.headers.get('content-type') === 'image/png';
    return await (isPicture ? response.blob() : response.json());
  } catch {
    return null;
  }
}

// A form does one thing at a time, however often its button is pressed.
function onSubmit(form, button, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    try {
      await work();
    } finally {
      button.ariaBusy = 'false';
    }
  });
}

// ---- The picture ----

function freshId() {
  // crypto.randomUUID() exists on https and localhost only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

let wantedPicture;

async function loadPicture() {
  const id = wantedPicture = freshId();
  $('image_code').value = '';
  forgive($('image_code'));
  $('image').dataset.state = 'loading';
  const answer = await ask(`/image_codes/${id}/`);
  if (wantedPicture !== id) return; // a later one was asked for meanwhile
  const isPicture = answer instanceof Blob;
  showPicture(isPicture ? id : '', isPicture ? URL.createObjectURL(answer) : '');
  if (!isPicture) quote($('image_code-error'), answer);
}

function showPicture(id, url) {
  const image = $('image');
  URL.revokeObjectURL(image.src);
  if (id) image.src = url;
  else image.removeAttribute('src');
  Object.assign(image.dataset, { id, state: id ? 'shown' : 'missing' });
}

// ---- The countdown ----

// Until when whom may not be sent to: a number, or anybody. Deadlines, because a sleeping tab doesn't tick.
const ANYBODY = '*';
const waits = new Map();
let countdownTimer;

function holdBack(who, seconds) {
  waits.set(who, { until: Date.now() + seconds * 1000, seconds });
  showCountdown();
}

function currentWait() {
  const [longest] = [mobile(), ANYBODY].map((who) => waits.get(who) ?? { until: 0 }).sort((a, b) => b.until - a.until);
  const left = Math.ceil((longest.until - Date.now()) / 1000);
  return left > 0 && { left, share: left / longest.seconds, text: duration(left) };
}

function duration(seconds) {
  const [unit, size] = seconds < 100 ? ['second', 1] : seconds < 6000 ? ['minute', 60] : ['hour', 3600];
  return Math.ceil(seconds / size).toLocaleString(page.lang, { style: 'unit', unit, unitDisplay: 'narrow' });
}

function showCountdown() {
  clearTimeout(countdownTimer);
  const wait = currentWait();
  $('send').setAttribute('aria-disabled', Boolean(wait));
  $('send').style.setProperty('--share', wait ? wait.share : 0);
  $('countdown').textContent = wait ? wait.text : '';
  if (!wait) return hush($('send-wait'), ...document.querySelectorAll('#send-status[data-i18n=wait]'));
  say($('send-wait'), 'wait', wait.text);
  countdownTimer = setTimeout(showCountdown, 250);
}

// ---- Get a code ----

// The answers for which the server didn't look at the picture: it can be used again.
const PICTURE_KEPT = ['missing_parameter', 'bad_mobile', 'address_too_often', 'overloaded', 'unavailable'];

async function getCode() {
  const wait = currentWait();
  if (wait) return say($('send-status'), 'wait', wait.text);
  hush($('send-error'), $('send-status'), $('result'));
  const number = mobile();
  const { id } = $('image').dataset;
  if (!id) return loadPicture();
  if (!complete([number, $('mobile'), 'mobile_empty'],
    [imageCode().length >= imageLength, $('image_code'), 'image_code_short', imageLength])) return;
  const query = new URLSearchParams({ image_code: imageCode(), image_code_id: id });
  const answer = await ask(`/sms_codes/${encodeURIComponent(number)}/?${query}`);
  if (answer && !PICTURE_KEPT.includes(answer.outcome)) loadPicture();
  if (answer?.code === 0) codeSent(number, answer);
  else codeRefused(number, answer);
}

function codeSent(number, answer) {
  page.dataset.stage = 'sent';
  say($('send-label'), 'resend');
  quote($('send-status'), answer);
  holdBack(number, countdown);
  fillIn('');
  if (page.dataset.outbox === 'true') awaitMessage(number);
}

function codeRefused(number, answer) {
  const outcome = answer?.outcome;
  const tell = (element) => quote(element, answer);
  if (outcome === 'bad_mobile') blame($('mobile'), tell);
  else if (outcome === 'image_missing' || outcome === 'image_mismatch') blame($('image_code'), tell);
  else tell($('send-error'));
  if (answer?.retry_after) holdBack(outcome === 'mobile_too_often' ? number : ANYBODY, answer.retry_after);
}

// Another number: nothing said about the last one is true of it.
function changeNumber() {
  page.dataset.stage = 'request';
  hush($('send-error'), $('send-status'), $('result'));
  forgive($('sms_code'));
  say($('send-label'), 'send');
  showCountdown();
}

// ---- Check it ----

async function checkCode() {
  hush($('result'));
  const number = mobile();
  if (!complete([number, $('mobile'), 'mobile_empty'],
    [smsCode().length >= codeLength, $('sms_code'), 'sms_code_short', codeLength])) return;
  const answer = await ask(`/sms_codes/${encodeURIComponent(number)}/verify/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sms_code: smsCode() }),
  });
  forgive($('sms_code'));
  const tell = (element) => quote(element, answer);
  if (answer?.code === 0) {
    page.dataset.stage = 'verified';
    hush($('send-status'), $('send-error'));
    tell($('result'));
  } else if (!answer || answer.outcome === 'unavailable') {
    tell($('sms_code-error')); // the field isn't to blame
  } else {
    blame($(answer.outcome === 'bad_mobile' ? 'mobile' : 'sms_code'), tell);
  }
}

function fillIn(code) {
  $('sms_code').value = code;
  forgive($('sms_code'));
  $('sms_code').focus();
}

// maxlength would cut a pasted message before its code ends.
function pasteCode(event) {
  const numbers = event.clipboardData.getData('text').normalize('NFKC').match(/\d+/g) ?? [];
  const code = [...numbers, numbers.join('')].find((digits) => digits.length === codeLength); // "123 456" too
  if (!code) return;
  event.preventDefault();
  fillIn(code);
}

// ---- The telephone ----

const shown = new Set();
let latestPoll = 0;

async function awaitMessage(number) {
  const poll = ++latestPoll;
  const end = Date.now() + 10000;
  say($('phone-note'), 'phone_waiting');
  while (poll === latestPoll && Date.now() < end) {
    const messages = await ask(`/dev/outbox?mobile=${encodeURIComponent(number)}`);
    if (messages?.length && !shown.has(messages[0].sent_at)) return showMessage(messages[0]);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (poll === latestPoll) say($('phone-note'), 'phone_nothing');
}

function showMessage({ mobile: number, code, text, sent_at: sentAt }) {
  shown.add(sentAt);
  hush($('phone-note'));
  const item = $('message').content.cloneNode(true).firstElementChild;
  const part = (selector) => item.querySelector(selector);
  const [before, ...after] = text.split(code);
  part('.meta').textContent = `${number} · ${timeOfDay(new Date(sentAt))}`;
  part('.text').lang = locale;
  part('b').textContent = code;
  part('b').before(before);
  part('b').after(after.join(code));
  render(part('.tap'));
  part('button').addEventListener('click', () => fillIn(code));
  $('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  $('handset').animate({ rotate: ['0deg', '1.5deg', '-1.5deg', '1deg', '0deg'] }, 400);
}

function timeOfDay(date) {
  return date.toLocaleTimeString(page.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

// ---- Start ----

const wishes = [new URLSearchParams(location.search).get('lang'), storage((store) => store.getItem('lang')), locale];
speak(wishes.map(language).find(Boolean));
page.style.setProperty('--slots', codeLength);
$('clock').textContent = timeOfDay(new Date());
onSubmit($('request'), $('send'), getCode);
onSubmit($('verify'), $('check'), checkCode);
$('lang').addEventListener('click', switchLanguage);
$('refresh').addEventListener('click', loadPicture);
$('image').addEventListener('click', loadPicture);
$('mobile').addEventListener('input', changeNumber);
$('sms_code').addEventListener('paste', pasteCode);
document.addEventListener('input', (event) => forgive(event.target));
document.addEventListener('visibilitychange', showCountdown);
loadPicture();
