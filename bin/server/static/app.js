// What the demo page has besides <sms-code>: a switch of its language, and a telephone on which the messages of the
// mock sender arrive.

const LANGUAGES = ['zh-CN', 'en'];

// Every string of the page, in the order of LANGUAGES.
const TEXT = {
  title: ['手机号验证 · 演示', 'Phone verification · demo'],
  heading: ['验证手机号', 'Verify your number'],
  lead: ['认一张图，收一条短信，填一个验证码。', 'Read a picture, receive a text, enter the code.'],
  phone: ['模拟的手机', 'Pretend telephone'],
  phone_caption: ['模拟通道：短信不会真的发出去', 'Mock sender: no text message leaves this machine'],
  phone_empty: ['短信会送到这台手机', 'Text messages arrive on this telephone'],
  phone_waiting: ['短信正在路上…', 'A message is on its way…'],
  phone_nothing: ['没有等到短信', 'No message has arrived'],
  sender: ['短信', 'Messages'],
  fill_in: ['点按填入验证码', 'Tap to fill in the code'],
};

const $ = (id) => document.getElementById(id);
const page = document.documentElement;
const { locale, outbox } = page.dataset;
const smsCode = document.querySelector('sms-code');

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
  const { i18n, i18nAttr } = element.dataset;
  const text = TEXT[i18n][LANGUAGES.indexOf(page.lang)];
  if (i18nAttr) element.setAttribute(i18nAttr, text);
  else element.textContent = text;
}

function speak(lang) {
  page.lang = lang; // <sms-code> follows by itself
  document.querySelectorAll('[data-i18n]').forEach(render);
  $('lang').lang = LANGUAGES.find((other) => other !== lang);
  $('lang').textContent = lang === 'en' ? '中文' : 'English';
}

function switchLanguage() {
  speak($('lang').lang);
  storage((store) => store.setItem('lang', page.lang));
  history.replaceState(null, '', location.pathname); // or ?lang= would win over the choice on reload
}

// ---- The telephone ----

const shown = new Set();
let latestPoll = 0;

function note(key) {
  $('phone-note').dataset.i18n = key;
  render($('phone-note'));
}

async function latestMessage(number) {
  try {
    const answer = await fetch(`/dev/outbox?mobile=${encodeURIComponent(number)}`, { cache: 'no-store' });
    const [latest] = await answer.json();
    return latest;
  } catch {
    return null;
  }
}

async function awaitMessage(number) {
  const poll = ++latestPoll;
  const end = Date.now() + 10000;
  note('phone_waiting');
  while (poll === latestPoll && Date.now() < end) {
    const message = await latestMessage(number);
    if (message && !shown.has(message.sent_at)) return showMessage(message);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (poll === latestPoll) note('phone_nothing');
}

function showMessage({ mobile: number, code, text, sent_at: sentAt }) {
  shown.add(sentAt);
  delete $('phone-note').dataset.i18n;
  $('phone-note').textContent = '';
  const item = $('message').content.cloneNode(true).firstElementChild;
  const part = (selector) => item.querySelector(selector);
  const [before, ...after] = text.split(code);
  part('.meta').textContent = `${number} · ${timeOfDay(new Date(sentAt))}`;
  part('.text').lang = locale;
  part('b').textContent = code;
  part('b').before(before);
  part('b').after(after.join(code));
  render(part('.tap'));
  part('button').addEventListener('click', () => smsCode.fillIn(code));
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
$('clock').textContent = timeOfDay(new Date());
$('lang').addEventListener('click', switchLanguage);
if (outbox === 'true') smsCode.addEventListener('sent', ({ detail }) => awaitMessage(detail.mobile));
