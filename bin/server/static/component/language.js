// What the element says.

// Every string by language; `{n}` is the one thing that varies. A page may add languages of its own.
export const TEXT = '{{texts}}';

// The language of an element is that of the nearest one around it that has any, out of shadow trees too.
function languageOf(element) {
  let around = element;
  while (around && !around.lang) around = around.parentElement ?? around.getRootNode().host;
  const wanted = (around?.lang || navigator.language).toLowerCase().split('-')[0];
  const known = Object.keys(TEXT);
  return known.find((tag) => tag.toLowerCase().split('-')[0] === wanted) ?? 'en';
}
