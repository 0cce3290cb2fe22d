// The app's Home tab.
import { h } from "./dom.js";
import { Form } from "./form.js";
import * as store from "./store.js";

export class Home {
  constructor() {
    this.node = h("div.home", { "data-testid": "home", tabindex: "-1", "aria-label": "Home tab" });
  }

  draw() {
    const view = store.home;
    if (!view) {
      this.form = null;
      this.node.replaceChildren(h("p.quiet", `${store.bot.name} hasn't shown anything here yet.`));
      return;
    }
    if (this.form?.view.id !== view.id || this.owner !== store.me) {
      this.form = new Form();
      this.owner = store.me;
      this.node.replaceChildren(this.form.node);
    }
    this.form.draw(view);
  }
}
