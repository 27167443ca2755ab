/** Settles in a task of its own: soon, after everything that is under way, in a hidden page too, where timers wait. */
export function ownTask(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
