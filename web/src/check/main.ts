/** The readiness check takes the place of what the page says without JavaScript. */

import { h, render } from 'preact';
import { Check } from './Check';

const place = document.getElementById('check');
if (place !== null) {
  place.replaceChildren();
  const { post = '/ready', next = '/session', csrf } = place.dataset;
  render(h(Check, { post, next, csrf: csrf ?? null }), place);
}
