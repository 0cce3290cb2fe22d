// Jump to a channel, a conversation, a person or a tab by typing a bit of its name.
import { avatar, h, icon } from "./dom.js";
import { Choices } from "./popup.js";
import * as store from "./store.js";

const MOST = 12;

/** `go(hash)` opens a place; `message(user)` opens the conversation with somebody. */
export function openSwitcher({ go, message }) {
  if (document.querySelector("dialog[open]")) return;
  const field = h("input.field-text", {
    type: "text",
    "aria-label": "Jump to a channel or person",
    placeholder: "Jump to a channel or person…",
    autocomplete: "off",
    oninput: () => offer(),
    onkeydown: (event) => {
      if (choices.key(event)) return;
      if (event.key === "Escape") dialog.close();
    },
  });
  const none = h("p.quiet", { role: "status" });
  const choices = new Choices(field, "Places", (option) => {
    dialog.close();
    option.go();
  });
  const dialog = h(
    "dialog.modal.switcher",
    {
      "aria-label": "Jump to…",
      "data-testid": "switcher",
      onclose: () => {
        choices.hide();
        dialog.remove();
      },
      onclick: (event) => {
        if (event.target === dialog) dialog.close();
      },
    },
    h("div.switcher-box", icon("search"), field),
    none,
  );
  const offer = () => {
    const found = placesLike(field.value, go, message);
    none.textContent = found.length ? "" : "Nothing here is called that.";
    choices.show(found);
  };
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  offer();
}

function placesLike(typed, go, message) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const fits = (...names) =>
    names.some((name) => {
      const at = (name ?? "").toLowerCase();
      return at.startsWith(wanted) || at.split(/[\s-]+/).some((word) => word.startsWith(wanted));
    });
  const channels = [...store.channels.values()].filter((channel) => !store.isConversation(channel));
  const places = [
    ...channels
      .filter((channel) => fits(channel.name))
      .sort(
        (a, b) => Number(store.news(b.id).isUnread) - Number(store.news(a.id).isUnread) || a.name.localeCompare(b.name),
      )
      .map((channel) => ({
        picture: icon(channel.is_private ? "lock" : "hash"),
        label: channel.name,
        hint: channel.is_archived ? "Archived" : store.news(channel.id).isUnread ? "Unread" : "",
        data: { "data-place": channel.id },
        go: () => go(`#${channel.id}`),
      })),
    ...[...store.channels.values()]
      .filter((channel) => channel.is_mpim && fits(store.nameOf(channel)))
      .map((channel) => ({
        picture: icon("people"),
        label: store.nameOf(channel),
        data: { "data-place": channel.id },
        go: () => go(`#${channel.id}`),
      })),
    ...[...store.users.keys()]
      .map(store.person)
      .filter((who) => !who.deleted && who.id !== store.bot.user_id && fits(who.name, who.handle) && !who.is_bot)
      .map((who) => ({
        picture: avatar(who, "small"),
        label: who.id === store.me ? `${who.name} (you)` : who.name,
        hint: store.title(who),
        data: { "data-place": who.id },
        go: () => message(who.id),
      })),
  ];
  if (fits(store.bot.name) && !store.users.get(store.me)?.is_stranger)
    places.unshift({
      picture: avatar({ ...store.person(store.bot.user_id), is_bot: true }, "small"),
      label: store.bot.name,
      hint: "App",
      data: { "data-place": "messages" },
      go: () => go("#messages"),
    });
  return places.slice(0, MOST).map((one, index) => ({ id: String(index), ...one }));
}
