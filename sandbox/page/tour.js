// The guided tour: five steps on the first visit, to be skipped at any time, and never again unless asked for.
import { h, icon } from "./dom.js";
import * as store from "./store.js";

const DONE = "tour done";
/** Starts it for somebody who has not seen it. `stage` has the `parts` it points to and `ask(text)`. */
export function offerTour(stage) {
  if (!localStorage.getItem(DONE)) startTour(stage);
}

let card = null;

export function startTour(stage) {
  if (card) return;
  localStorage.setItem(DONE, "yes");
  const focused = document.activeElement;
  const steps = stepsFor(stage);
  let at = 0;
  card = h("div.tour", {
    role: "dialog",
    "aria-label": "Guided tour",
    "data-testid": "tour",
    tabindex: "-1",
    onkeydown: (event) => {
      if (event.key === "Escape") end();
      else if (event.key === "ArrowRight") step(1);
      else if (event.key === "ArrowLeft") step(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  const step = (by) => {
    if (at + by >= steps.length) return end();
    at = Math.max(0, at + by);
    return draw();
  };
  const point = (target) => {
    for (const old of document.querySelectorAll(".tour-target")) old.classList.remove("tour-target");
    target?.classList.add("tour-target");
  };
  const end = () => {
    point(null);
    card.remove();
    card = null;
    if (focused?.isConnected) focused.focus();
  };
  const draw = () => {
    const { title, text, target, questions = [] } = steps[at];
    card.replaceChildren(
      h(
        "div.tour-head",
        h("span.quiet", `Step ${at + 1} of ${steps.length}`),
        h("button.tool", { "aria-label": "Skip the tour", "data-testid": "tour-skip", onclick: end }, icon("close")),
      ),
      h("h2", { id: "tour-title" }, title),
      h("p", { id: "tour-text" }, text),
      questions.length
        ? h(
            "div.tour-questions",
            questions.map((question) =>
              h(
                "button.prompt",
                {
                  "data-testid": "tour-question",
                  onclick: () => {
                    end();
                    stage.ask(question);
                  },
                },
                question,
              ),
            ),
          )
        : "",
      h(
        "div.tour-foot",
        h(
          "span.tour-dots",
          { "aria-hidden": "true" },
          steps.map((_, index) => h(index === at ? "i.is-on" : "i")),
        ),
        at ? h("button.button", { onclick: () => step(-1) }, "Back") : h("button.button", { onclick: end }, "Skip"),
        h(
          "button.button.primary",
          { "data-testid": "tour-next", onclick: () => step(1) },
          at === steps.length - 1 ? "Done" : "Next",
        ),
      ),
    );
    card.setAttribute("aria-labelledby", "tour-title");
    card.setAttribute("aria-describedby", "tour-text");
    const node = target?.();
    point(node?.checkVisibility() ? node : null);
    card.querySelector('[data-testid="tour-next"]').focus();
  };
  document.body.append(card);
  draw();
}

function stepsFor({ parts }) {
  const app = store.bot.name;
  const questions = (store.prompts?.prompts ?? []).map((prompt) => prompt.message).slice(0, 3);
  const commands = store.commands.map((one) => one.command).slice(0, 4);
  return [
    {
      title: `Welcome to ${store.team.name}`,
      text: `This is a Slack of your own on this machine. A week of a made-up company is in it, and ${app} works here as it would in the real Slack. Nothing leaves your computer.`,
    },
    {
      title: `Ask ${app} something`,
      text: `Mention @${app} with a question and the answer comes in a thread. ${questions.length ? "Pick one to try; you only have to press Enter." : ""}`,
      target: parts.composer,
      questions,
    },
    {
      title: "Type a slash",
      text: commands.length
        ? `“/” lists what ${app} can do, such as ${commands.join(", ")}. Under + are its shortcuts, and every message has some under its ⋮ menu.`
        : "Under + are the app's shortcuts, and every message has some under its ⋮ menu.",
      target: parts.composer,
    },
    {
      title: "Be somebody else",
      text: "Change who you are with one click: a team lead, an admin, a guest, somebody from another company. Open a second window to see both sides of a conversation at once.",
      target: parts.you,
    },
    {
      title: "Look behind the scenes",
      text: `The developer drawer shows each call and event as it happens, can make things go wrong on purpose, and turns a conversation into a test. ${app}'s own page is under Apps.`,
      target: parts.rail,
    },
  ];
}
