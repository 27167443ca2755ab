/** What every page says. */

export const pages = {
  mark: 'Session',
  exit: 'Exit quickly',
  close: 'Close',
  sendFailed: 'That did not go through. Check your internet, then try again.',
};
