// The left side: the workspace, who you are, its channels and the app.
import { avatar, h, icon } from "./dom.js";
import { openMenu } from "./popup.js";
import * as store from "./store.js";

/** Draws into `node`; `current()` is the place that is open, `become(user)` acts as someone else. */
export function drawSidebar(node, { current, become }) {
  const channels = [...store.channels.values()]
    .filter((channel) => !channel.is_im && !channel.is_archived)
    .sort((a, b) => a.name.localeCompare(b.name));
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset : {};
  if (node.dataset.user !== store.me) {
    // the rest is redrawn often, and would close the menu of people
    node.dataset.user = store.me;
    node.replaceChildren(
      h(
        "div.workspace",
        h("span.workspace-tile", { "aria-hidden": "true" }, store.team.name.slice(0, 1)),
        h("span.workspace-name", store.team.name),
      ),
      youAre(become),
      h("div.places"),
    );
    if (focused.testid) node.querySelector(".you").focus();
  }
  node.lastElementChild.replaceChildren(
    h("h2.side-title", "Channels"),
    h(
      "ul",
      channels.map((channel) =>
        h(
          "li",
          entry(
            `#${channel.id}`,
            channel.id,
            current(),
            store.isUnread(channel.id),
            icon(channel.is_private ? "lock" : channel.is_ext_shared ? "shared" : "hash"),
            channel.name,
            channel.is_private ? "private" : channel.is_ext_shared ? "shared with another company" : "",
          ),
        ),
      ),
    ),
    ...(store.users.get(store.me)?.is_stranger
      ? []
      : [h("h2.side-title", "Apps"), h("ul", h("li", appEntry(current())))]),
  );
  if (focused.channel) node.querySelector(`[data-channel="${CSS.escape(focused.channel)}"]`)?.focus();
}

function appEntry(current) {
  const id = store.dm()?.id ?? "dm";
  return entry(
    "#messages",
    id,
    current === "home" ? id : current,
    store.isUnread(id),
    avatar({ ...store.person(store.bot.user_id), is_bot: true }, "small"),
    store.bot.name,
    "",
  );
}

function entry(href, id, current, isUnread, picture, name, extra) {
  return h(
    "a",
    {
      class: isUnread ? "entry is-unread" : "entry",
      href,
      "data-channel": id,
      "aria-current": current === id ? "page" : null,
    },
    picture,
    h("span.entry-name", { dir: "auto" }, name),
    extra ? h("span.unseen", `, ${extra}`) : null,
    isUnread ? h("span.unseen", ", unread") : null,
  );
}

function youAre(become) {
  const me = store.person(store.me);
  const button = h(
    "button.you",
    {
      "data-testid": "user-switch",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => openMenu(button, "Act as", people(become)),
    },
    avatar(me),
    h("span.you-text", h("span", "You are ", h("strong", me.name)), h("span.you-title", store.title(me))),
    icon("down"),
  );
  return button;
}

function people(become) {
  return [...store.users.values()]
    .filter((user) => !user.is_bot && !user.deleted)
    .map((user) => {
      const who = store.person(user.id);
      return {
        label: who.name,
        hint: store.title(user),
        picture: avatar(who, "small"),
        checked: user.id === store.me,
        href: `?user=${user.id}${location.hash}`,
        title: `Act as ${who.name} (Ctrl-click: in a second window)`,
        data: { "data-user": user.id },
        onpick: () => become(user.id),
      };
    });
}
