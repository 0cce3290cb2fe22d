// Who somebody is: the card that opens from a name, a picture or a mention.
import { avatar, h, icon } from "./dom.js";
import { place } from "./popup.js";
import * as store from "./store.js";

const asked = { become: null, message: null };

/** What a profile can do: `become(user)` acts as them here, `message(user)` opens the conversation with them. */
export function letProfiles(become, message) {
  Object.assign(asked, { become, message });
}

const timeIn = (zone) => {
  try {
    return new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format();
  } catch {
    return ""; // a zone that this browser doesn't know
  }
};

export function openProfile(anchor, id) {
  const who = store.person(id);
  const role = store.roleOf(who);
  const isMe = who.id === store.me;
  const canAct = !who.is_bot && !who.deleted;
  const zone = timeIn(who.tz);
  const rows = [
    who.profile?.title && ["Title", who.profile.title],
    ["Name", `@${who.handle}`],
    who.profile?.email && ["E-mail", who.profile.email],
    zone && ["Local time", `${zone} (${who.tz})`],
    ["Id", who.id],
  ].filter(Boolean);
  const close = () => card.hidePopover();
  const button = (label, onclick, props = {}) =>
    h("button.button", { ...props, onclick: () => (close(), onclick()) }, label);
  const card = h(
    "div.menu.profile",
    { popover: "auto", role: "dialog", "aria-label": who.name, tabindex: "-1", "data-testid": "profile" },
    h(
      "div.profile-head",
      avatar(who, "large"),
      h(
        "div.profile-name",
        h("strong", { dir: "auto" }, who.name, isMe ? " (you)" : ""),
        role ? h("span.tag", role) : null,
      ),
      h("button.tool", { "aria-label": "Close", onclick: close }, icon("close")),
    ),
    h(
      "dl.facts",
      rows.flatMap(([name, value]) => [h("dt", name), h("dd", { dir: "auto" }, value)]),
    ),
    h(
      "div.profile-foot",
      canAct && !isMe ? button("Message", () => asked.message(who.id)) : null,
      who.id === store.bot.user_id ? button("Messages", () => (location.hash = "#messages")) : null,
      canAct && !isMe ? button("Act as", () => asked.become(who.id), { "data-testid": "act-as" }) : null,
      canAct
        ? h(
            "a.button",
            { href: `?user=${who.id}${location.hash}`, target: `sandbox-${who.id}`, onclick: () => setTimeout(close) },
            "Open a second window",
          )
        : null,
    ),
  );
  card.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const focusWasHere = card.contains(document.activeElement) || document.activeElement === document.body;
    card.remove();
    if (focusWasHere && anchor.isConnected) anchor.focus();
  });
  (anchor.closest("dialog") ?? document.body).append(card);
  card.showPopover();
  place(card, anchor);
  card.querySelector(".profile-foot .button, .tool").focus({ preventScroll: true });
}

// A mention anywhere on the page opens the card of the person it names.
document.addEventListener("click", (event) => {
  const mention = event.target.closest("[data-person]");
  if (mention) openProfile(mention, mention.dataset.person);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-person]")) return;
  event.preventDefault();
  openProfile(event.target, event.target.dataset.person);
});
