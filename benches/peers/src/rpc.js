// JSON-RPC over a WebSocket to a peer on this machine.

const CONNECT_MILLISECONDS = 5_000;

/** A connection. */
export class Rpc {
  #socket;
  #next = 1;
  #waiting = new Map();

  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(data);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(Object.assign(new Error(error.message), { data: error.data }));
      else waiting?.resolve(result);
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the connection is lost'));
      this.#waiting.clear();
    });
  }

  static async connect(port) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no connection in time')), CONNECT_MILLISECONDS);
      const settle = (then) => (value) => {
        clearTimeout(late);
        then(value);
      };
      socket.addEventListener('open', settle(resolve), { once: true });
      socket.addEventListener('error', settle(() => reject(new Error('no connection'))), { once: true });
    });
    return new Rpc(socket);
  }

  call(method, ...params) {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new Error('the connection is lost'));
        return;
      }
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  close() {
    this.#socket.close();
  }
}
