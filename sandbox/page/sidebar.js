// The left side: who you are, the channels, the conversations and the app.
import { avatar, h, icon } from "./dom.js";
import { hasDraft } from "./drafts.js";
import { moveFocus, openMenu } from "./popup.js";
import * as store from "./store.js";

/** Draws into `node`; `current()` is the place that is open, `become(user)` acts as someone else, `jump()` finds a place. */
export function drawSidebar(node, { current, become, jump }) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset : {};
  const head = JSON.stringify([store.me, store.team.name, store.person(store.me)]);
  if (node.dataset.head !== head) {
    // the rest is redrawn often, and would close the menu of people
    node.dataset.head = head;
    node.replaceChildren(
      h(
        "div.workspace",
        h("span.workspace-name", { dir: "auto" }, store.team.name),
        h(
          "button.tool",
          { "aria-label": "Jump to a channel or person", title: "Jump to… (Ctrl K)", onclick: jump },
          icon("search"),
        ),
      ),
      youAre(become),
      h("div.places", {
        onkeydown: (event) => moveFocus(event, [...event.currentTarget.querySelectorAll(".entry")]),
      }),
    );
    if (focused.testid) node.querySelector(".you").focus();
  }
  const places = node.lastElementChild;
  places.replaceChildren(...sections(current()));
  (places.querySelector("[aria-current]") ?? places.querySelector(".entry"))?.setAttribute("tabindex", "0");
  if (focused.channel) node.querySelector(`[data-channel="${CSS.escape(focused.channel)}"]`)?.focus();
}

function sections(current) {
  const all = [...store.channels.values()].filter((channel) => !channel.is_archived);
  const channels = all.filter((channel) => !store.isConversation(channel)).sort((a, b) => a.name.localeCompare(b.name));
  const conversations = all
    .filter((channel) => store.isConversation(channel) && channel.id !== store.dm()?.id)
    .sort((a, b) => store.nameOf(a).localeCompare(store.nameOf(b)));
  const isStranger = store.users.get(store.me)?.is_stranger;
  return [
    section(
      "Channels",
      channels.map((channel) => channelEntry(channel, current)),
    ),
    section(
      "Direct messages",
      conversations.map((channel) => conversationEntry(channel, current)),
    ),
    section("Apps", isStranger ? [] : [appEntry(current)]),
  ].flat();
}

function section(title, entries) {
  if (!entries.length) return [];
  const id = `side-${title.split(" ")[0].toLowerCase()}`;
  return [
    h("h2.side-title", { id }, title),
    h(
      "ul",
      { "aria-labelledby": id },
      entries.map((one) => h("li", one)),
    ),
  ];
}

const channelEntry = (channel, current) =>
  entry(channel.id, current, {
    picture: icon(channel.is_private ? "lock" : "hash"),
    name: channel.name,
    extra: channel.is_private ? "private" : "",
    sign: channel.is_ext_shared
      ? h(
          "span.sign",
          { title: "Shared with another company" },
          icon("shared"),
          h("span.unseen", ", shared with another company"),
        )
      : null,
  });

function conversationEntry(channel, current) {
  const others = store.others(channel);
  return entry(channel.id, current, {
    picture: channel.is_mpim
      ? h("span.how-many", String(others.length))
      : avatar(others[0] ?? store.person(store.me), "tiny"),
    name: store.nameOf(channel),
    extra: channel.is_mpim ? "group" : store.roleOf(others[0] ?? {}),
  });
}

function appEntry(current) {
  const id = store.dm()?.id ?? "dm";
  return entry(id, current === "home" ? id : current, {
    href: "#messages",
    picture: avatar({ ...store.person(store.bot.user_id), is_bot: true }, "tiny"),
    name: store.bot.name,
  });
}

function entry(id, current, { href = `#${id}`, picture, name, extra = "", sign = null }) {
  const { isUnread, mentions } = store.news(id);
  return h(
    "a",
    {
      class: isUnread ? "entry is-unread" : "entry",
      href,
      tabindex: "-1",
      "data-channel": id,
      "aria-current": current === id ? "page" : null,
    },
    picture,
    h("span.entry-name", { dir: "auto" }, name),
    sign,
    extra ? h("span.unseen", `, ${extra}`) : null,
    isUnread ? h("span.unseen", ", unread") : null,
    hasDraft(id) && current !== id
      ? h("span.sign", { title: "Draft" }, icon("edit"), h("span.unseen", ", draft"))
      : null,
    mentions
      ? h("span.badge", String(mentions), h("span.unseen", mentions === 1 ? " new line for you" : " new lines for you"))
      : null,
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
