// The way to the sandbox: one socket with news, and what the page asks for.

import { learn, state, tell } from "./store.js";

const PATIENCE = [300, 600, 1000, 2000]; // milliseconds before trying again

/** Open the socket, and open it again whenever it ends. */
export function connect(tries = 0) {
  const socket = new WebSocket(`ws://${location.host}/api/news?page=${state.page}`);
  let heard = 0;
  socket.addEventListener("message", (event) => {
    heard += 1;
    if (!state.linked) link(true);
    learn(JSON.parse(event.data));
  });
  socket.addEventListener("close", () => {
    link(false);
    const next = heard ? 0 : tries + 1;
    setTimeout(() => connect(next), PATIENCE[Math.min(next, PATIENCE.length - 1)]);
  });
}

function link(linked) {
  state.linked = linked;
  tell("linked");
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox does not answer.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Do what I do with my hands; what goes wrong is told in a toast, and is null here. */
export async function gesture(name, body = {}) {
  try {
    return await post(`/api/gesture/${name}`, { user: state.me, page: state.page, ...body });
  } catch (error) {
    tell("toast", { text: error.message, wrong: true });
    return null;
  }
}

/** Turn a knob of the panel and tell what it says. */
export async function turn(name, body = {}) {
  try {
    const { said } = await post(`/api/knob/${name}`, body);
    tell("toast", { text: said });
    return true;
  } catch (error) {
    tell("toast", { text: error.message, wrong: true });
    return false;
  }
}
