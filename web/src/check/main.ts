/** The readiness check takes the place of what the page says without JavaScript. */

import { h, render } from 'preact';
import { keepFocus } from '../focus';
import { Check } from './Check';

const place = document.getElementById('check');
if (place !== null) {
  place.replaceChildren();
  const { post, next = '/session', csrf, canRing } = place.dataset;
  const way = { post: post ?? null, next, csrf: csrf ?? null, canRing: canRing !== undefined };
  render(h(Check, { way }), place);
  keepFocus(place);
}
