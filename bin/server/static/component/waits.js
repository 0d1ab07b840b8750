// Until when whom may not be sent to.

const ANYBODY = '*';

class Waits {
  // Deadlines by number, because a tab that sleeps doesn't tick.
  #deadlines = new Map();

  hold(who, seconds) {
    this.#deadlines.set(who, { until: Date.now() + seconds * 1000, seconds });
  }

  // What is left for a number: seconds, and their share of the whole wait; false if nothing is.
  left(number) {
    const deadlines = [number, ANYBODY].map((who) => this.#deadlines.get(who) ?? { until: 0 });
    const [longest] = deadlines.sort((a, b) => b.until - a.until);
    const left = Math.ceil((longest.until - Date.now()) / 1000);
    return left > 0 && { left, share: left / longest.seconds };
  }
}

function duration(seconds, language) {
  const [unit, size] = seconds < 100 ? ['second', 1] : seconds < 6000 ? ['minute', 60] : ['hour', 3600];
  return Math.ceil(seconds / size).toLocaleString(language, { style: 'unit', unit, unitDisplay: 'narrow' });
}
