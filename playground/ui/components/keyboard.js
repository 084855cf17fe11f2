// Space and arrow right anywhere on the page: they go to the transport bar, or to the player where there is none.

// Where these keys already mean something they are left alone.
const TYPING = `input, textarea, select, [role=slider], [role=radio], [role=tab], [role=option], [role=combobox], [role=listbox],
  [role=spinbutton], [role=menuitem], [role=grid], [role=textbox], [role=dialog], canvas.turns`;
const PRESSED = "button, a, summary, label, [role=button], [role=switch], [role=checkbox]";

const listeners = []; // {node, rank, toggle, step}

/** Sends the keys to this listener while nothing of a higher rank, or mounted later with the same, is there. Returns what ends it. */
export function listen(listener) {
  if (!listeners.length) document.addEventListener("keydown", pressed);
  listeners.push(listener);
  listeners.sort((a, b) => a.rank - b.rank);
  return () => {
    listeners.splice(listeners.indexOf(listener), 1);
    if (!listeners.length) document.removeEventListener("keydown", pressed);
  };
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (event.key !== " " && event.key !== "ArrowRight")) return;
  const target = event.composedPath()[0];
  const first = listeners.filter(({ node }) => node.isConnected).at(-1);
  if (!first || !(target instanceof Element) || target.closest(TYPING) || target.isContentEditable) return;
  if (event.key === " " && target.closest(PRESSED)) return;
  event.preventDefault();
  if (event.key === " ") first.toggle();
  else first.step();
}
