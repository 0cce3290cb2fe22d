// The narrow bar at the far left: the workspace, and what works everywhere.
import { avatar, h, icon } from "./dom.js";
import { openProfile } from "./people.js";
import * as store from "./store.js";

const LOOKS = { system: "as the system", light: "light", dark: "dark" };
const isDark = matchMedia("(prefers-color-scheme: dark)");

/** `actions` are jump(), tour() and drawer(); called again when the person or the workspace changes. */
export function drawRail(node, { jump, tour, drawer }) {
  const me = store.person(store.me);
  const tool = (label, short, drawing, onclick, props = {}) =>
    h(
      "button.rail-button",
      { title: label, "aria-label": label, onclick, ...props },
      h("span.rail-icon", icon(drawing)),
      h("span.rail-label", { "aria-hidden": "true" }, short),
    );
  const picture = h(
    "button.rail-me",
    { "aria-label": `Your profile, ${me.name}`, title: me.name, onclick: () => openProfile(picture, store.me) },
    avatar(me),
  );
  const look = tool(lookLabel(), "Look", lookIcon(), () => {
    const names = Object.keys(LOOKS);
    const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
    localStorage.setItem("theme", next);
    document.documentElement.dataset.theme = next;
    look.title = lookLabel();
    look.setAttribute("aria-label", lookLabel());
    look.querySelector(".icon").replaceWith(icon(lookIcon()));
    store.tell("notice", `The page is ${LOOKS[next]} now.`);
  });
  look.dataset.testid = "look";
  node.replaceChildren(
    h(
      "span.workspace-tile",
      { title: store.team.name, "aria-label": store.team.name, role: "img" },
      store.team.name.slice(0, 1),
    ),
    tool("Jump to a channel or person (Ctrl K)", "Jump", "search", jump, { "data-testid": "jump" }),
    look,
    tool("Show me around", "Tour", "help", tour, { "data-testid": "tour-again" }),
    tool("Developer drawer (Ctrl .)", "Develop", "code", drawer, {
      "data-testid": "drawer-toggle",
      "aria-controls": "drawer",
    }),
    h("span.rail-gap"),
    picture,
  );
}

const look = () => document.documentElement.dataset.theme;
const lookLabel = () => `Light or dark: ${LOOKS[look()]} (press to change)`;
const lookIcon = () => (look() === "dark" || (look() === "system" && isDark.matches) ? "moon" : "sun");
