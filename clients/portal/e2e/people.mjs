// One person, one browser context: what each does in the portal, by the names that a person reads.
import { readFileSync } from "node:fs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
/** What remains of a desktop at 400 % zoom; a page has to be readable there without scrolling sideways. */
const NARROW = { width: 320, height: 640 };

/** How long a transaction may take until it is final, in milliseconds; on a machine that is busy with more than this. */
export const FINAL = 120_000;
/** How long anything else may take. */
export const PATIENCE = 60_000;
/** How long a page that is looked at may take until it is whole. */
const WHOLE = 10_000;

/** Waits until something holds; `message` says what is wrong if it never does. */
export async function eventually(holds, message, timeout = FINAL) {
  for (const until = Date.now() + timeout; !(await holds()); ) {
    if (Date.now() > until) {
      throw new Error(message);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** For pages that somebody else has looked at. */
const unseen = () => Promise.resolve();

export class Person {
  constructor(name, context, page, { url, node }) {
    Object.assign(this, {
      name,
      context,
      page,
      url,
      node,
      password: `${name} Kanu-Segel-Tasse 7`,
      username: name.toLowerCase(),
    });
    this.phrase = [];
    this.console = [];
    this.requests = [];
    this.frames = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.console.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.console.push(`uncaught: ${error.message}`));
    page.on("request", (request) => this.requests.push({ url: request.url(), body: request.postData() ?? "" }));
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => this.frames.push(String(payload)));
      socket.on("framereceived", ({ payload }) => this.frames.push(String(payload)));
    });
  }

  button(name, within = this.page) {
    return within.getByRole("button", { name, exact: true });
  }

  /** Confirms the act whose dialog is open, waits until it is final, and closes the dialog once `look` has seen it. */
  async confirm(label, look = unseen) {
    const dialog = this.page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: label, exact: true }).click();
    await this.finished(look);
  }

  async finished(look = unseen) {
    const dialog = this.page.getByRole("alertdialog");
    const close = dialog.getByRole("button", { name: "Close", exact: true });
    await close.waitFor({ timeout: FINAL });
    const failure = dialog.getByRole("alert");
    if ((await failure.count()) > 0) {
      throw new Error(`${this.name}: ${await dialog.textContent()}`);
    }
    await look("act-done");
    await close.click();
    await dialog.waitFor({ state: "detached" });
  }

  async go(path) {
    await this.page.evaluate((hash) => {
      location.hash = hash;
    }, `#${path}`);
  }

  /** Through the steps of signing up, up to the confirmation of the phrase. */
  async credentials(look = unseen) {
    await this.page.getByLabel("Username").fill(this.username);
    await this.page.getByLabel("Password", { exact: true }).fill(this.password);
    await this.page.getByLabel("Password again").fill(this.password);
    await look("signup-credentials");
    await this.button("Continue").click();
    const words = this.page.getByRole("list", { name: "Your recovery phrase" }).getByRole("listitem");
    await words.first().waitFor();
    this.phrase = await words.allInnerTexts();
    await look("signup-phrase");
    await this.page.getByText("I have written the words down").click();
    await this.button("Continue").click();
    const asked = this.page.getByLabel(/^Word number/);
    await asked.nth(2).waitFor();
    for (const field of await asked.all()) {
      const label = await field.evaluate((input) => input.labels[0].textContent);
      await field.fill(this.phrase[Number(/\d+/.exec(label)[0]) - 1]);
    }
    await look("signup-confirm");
    await this.button("Finish").click();
  }

  async signUpPatient(look = unseen) {
    await this.page.goto(`${this.url}#/signup`);
    await this.page.getByRole("link", { name: "Sign up as Patient" }).click();
    await this.page.getByLabel("Name", { exact: true }).fill("Synthia Sample");
    await this.page.getByLabel(/^E-mail/).fill("synthia@example.org");
    await this.page.getByLabel(/^Blood group/).fill("AB-");
    await this.page.getByLabel(/^Address/).fill("1 Synthetic Street");
    await look("signup-patient");
    await this.button("Continue").click();
    await this.credentials(look);
    await this.page.getByRole("alertdialog").waitFor();
    await this.page.getByText("Read what is recorded, and agree.").waitFor();
    if ((await this.page.getByText("Finish signing up").count()) > 0) {
      throw new Error("what is left to do is offered while it is being done");
    }
    await look("signup-register");
    await this.confirm("Register", look);
    await this.page.getByRole("heading", { name: `Hello, ${this.username}` }).waitFor();
    this.id = await this.ownNumber();
  }

  /** Signs up as a professional; `register` agrees, and brings it to an end if it does more than that. */
  async signUpProfessional(role, fields, certificate, register = () => this.confirm("Register")) {
    await this.page.goto(`${this.url}#/signup`);
    await this.page.getByRole("link", { name: `Sign up as ${role}` }).click();
    for (const [label, value] of Object.entries(fields)) {
      await this.page.getByLabel(new RegExp(`^${label}`)).fill(value);
    }
    await this.choose(certificate);
    await this.button("Continue").click();
    await this.credentials();
    await register();
    await this.page.getByText("Your registration waits for an administrator").waitFor();
    this.id = Number(await this.page.locator("dt:has-text('Member number') + dd").first().textContent());
  }

  async signInByPhrase(phrase) {
    await this.page.goto(`${this.url}#/signin`);
    await this.button("Recovery phrase").click();
    await this.page.getByLabel("Recovery phrase", { exact: true }).fill(phrase);
    await this.page.getByLabel("New password for this browser").fill(this.password);
    await this.button("Sign in").click();
  }

  async signIn() {
    await this.page.goto(`${this.url}#/signin`);
    await this.page.getByLabel("Username").fill(this.username);
    await this.page.getByLabel("Password", { exact: true }).fill(this.password);
    await this.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
  }

  /**
   * Reloads the page and signs in again by password, as somebody does whose browser has closed the page; it leads back to where
   * one was. The browser knows who it was.
   */
  async reload() {
    const { hash } = new URL(this.page.url());
    await this.page.reload();
    const password = this.page.getByLabel("Password", { exact: true });
    const welcome = this.page.locator("main").getByRole("link", { name: "Sign in", exact: true });
    await password.or(welcome).first().waitFor();
    if ((await welcome.count()) > 0) {
      await welcome.click();
    }
    await password.fill(this.password);
    await this.page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
    await this.button("Sign out").waitFor({ timeout: FINAL });
    const place = (of) => of.replace(/^#?\/?/, "");
    await this.page
      .waitForURL((url) => place(url.hash) === place(hash))
      .catch((cause) => {
        throw new Error(`${this.name} is elsewhere after signing in again: ${this.page.url()} instead of ${hash}`, { cause });
      });
  }

  /** Puts the browser's clock forward; the session idles out, and the person signs in again. */
  async putForward(ms) {
    await this.page.clock.setSystemTime(Date.now() + ms);
    await this.reload();
  }

  /** How many calls of the person's account the node has recorded or holds to be recorded; `null` while it is no member. */
  async calls() {
    const ask = async (method, params) => {
      const response = await fetch(this.node.http, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      });
      return (await response.json()).result;
    };
    this.account ??= (await ask("medchain_member", [this.username]))?.account;
    return this.account === undefined ? null : ask("system_accountNextIndex", [this.account]);
  }

  async ownNumber() {
    const text = await this.page.getByText(/Your member number is/).textContent();
    return Number(/\d+/.exec(text)[0]);
  }

  async choose(files) {
    await this.page.locator("input[type=file]").first().setInputFiles(files);
  }

  /**
   * Looks at the page: what breaks the accessibility rules in light and what is hard to read in dark, what has to be scrolled
   * sideways on a narrow screen, and with a folder its pictures in both at desktop and phone width. What is only half
   * drawn is looked at again.
   */
  async look(name, folder) {
    const { page } = this;
    // A dialog lies over what is on the screen alone.
    const fullPage = (await page.locator("[role=dialog], [role=alertdialog]").count()) === 0;
    const picture = async (width, scheme) => {
      if (folder !== null) {
        if (fullPage) {
          await page.evaluate(() => window.scrollTo(0, 0));
        }
        await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage });
      }
    };
    if (!(await page.evaluate(() => "axe" in window))) {
      await page.evaluate(axe);
    }
    const found = await this.#whole(() => this.#violations(RULES));
    await picture("desktop", "light");
    await this.#resize(PHONE);
    await picture("phone", "light");
    await this.#scheme("dark");
    await picture("phone", "dark");
    await this.#resize(NARROW);
    found.push(...(await this.#whole(() => this.#sideways())));
    await this.#resize(DESKTOP);
    found.push(...(await this.#whole(() => this.#violations(["color-contrast"]))));
    await picture("desktop", "dark");
    await this.#scheme("light");
    return found;
  }

  /** What a check still finds once the page has had the time to be whole. */
  async #whole(check) {
    const until = Date.now() + WHOLE;
    let found = await check();
    while (found.length > 0 && Date.now() < until) {
      await this.page.waitForTimeout(1_000);
      found = await check();
    }
    return found;
  }

  async #violations(runOnly) {
    const violations = await this.page.evaluate(
      async (rules) => (await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations,
      runOnly,
    );
    return violations.map(
      (one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join("; ")}`,
    );
  }

  /** What is wider than a narrow screen. */
  async #sideways() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    return wide > 0 ? [`reflow: ${wide} pixels have to be scrolled sideways at ${NARROW.width}`] : [];
  }

  /** Changes to light or dark, and waits until the page is drawn so. */
  async #scheme(colorScheme) {
    await this.page.emulateMedia({ colorScheme });
    await this.#drawn();
  }

  async #resize(size) {
    await this.page.setViewportSize(size);
    await this.#drawn();
  }

  async #drawn() {
    await this.page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      do {
        await frame();
        await frame();
      } while (document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === "running"));
    });
  }
}
