/** Keeps the page true without a reload: asks for it again and puts in only what differs. */
const EVERY_MS = 2000;
const PATIENCE_MS = 10_000;

const live = document.getElementById("live");
let timer;
let seenAt = new Date();

/** `shown` brought to the state of `fresh`: itself, with its known children kept, or `fresh` in its place. */
const merge = (shown, fresh) => {
  if (shown.isEqualNode(fresh)) return shown;
  if (!fresh.hasAttribute("data-frame")) return fresh;
  const known = new Map([...shown.children].map((child) => [child.id, child]));
  const children = [...fresh.children].map((child) =>
    known.has(child.id) ? merge(known.get(child.id), child) : child,
  );
  // One by one and in place, so that pictures stay loaded, the focus where it is and the page where it was scrolled to.
  for (const [index, child] of children.entries()) {
    const there = shown.children[index] ?? null;
    if (there === child) continue;
    if (there?.id === child.id) there.replaceWith(child);
    else shown.insertBefore(child, there);
  }
  while (shown.children.length > children.length) shown.lastElementChild.remove();
  return shown;
};

const say = (text, isStale) => {
  // Said again it would be read out again.
  if (live.textContent !== text) live.textContent = text;
  document.documentElement.classList.toggle("stale", isStale);
};

const look = async () => {
  const answer = await fetch("/", { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  merge(document.querySelector("main"), document.adoptNode(fresh.querySelector("main")));
};

const lookAgain = async () => {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    await look();
    seenAt = new Date();
    say("Live", false);
  } catch {
    say(`The service does not answer. Shown is ${seenAt.toLocaleTimeString()}.`, true);
  }
  clearTimeout(timer);
  timer = setTimeout(lookAgain, EVERY_MS);
};

document.addEventListener("visibilitychange", lookAgain);
say("Live", false);
timer = setTimeout(lookAgain, EVERY_MS);
