import type { Control } from "react-hook-form";
import { useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { FormField } from "../ui/fields";
import styles from "../ui/ui.module.css";
import type { Credentials } from "./schema";
import { strength } from "./strength";

const COLOURS = ["var(--line)", "var(--bad)", "var(--warn)", "var(--accent)", "var(--good)"] as const;

const LEVELS = ["none", "weak", "fair", "good", "strong"] as const;

export function useWords(): (message: string) => string {
  const { t } = useTranslation();
  return (message) => String(t(message as never));
}

export function CredentialFields({ control }: { control: Control<Credentials> }) {
  const { t } = useTranslation();
  const words = useWords();
  const chosen = useWatch({ control, name: "password" });
  const level = strength(chosen ?? "");
  return (
    <>
      <FormField
        control={control}
        name="username"
        label={t("signup.username")}
        hint={t("signup.usernameHint")}
        autoComplete="username"
        words={words}
      />
      <FormField
        control={control}
        name="password"
        label={t("signup.password")}
        type="password"
        hint={t("signup.passwordHint")}
        autoComplete="new-password"
        words={words}
      />
      <div>
        <div className={styles.meter} aria-hidden="true" style={{ ["--meter" as string]: COLOURS[level] }}>
          {[1, 2, 3, 4].map((step) => (
            <span key={step} data-on={level >= step} />
          ))}
        </div>
        <p className={styles.hint} aria-live="polite">
          {t("signup.strength", { level: t(`strength.${LEVELS[level]}`) })}
        </p>
      </div>
      <FormField
        control={control}
        name="repeat"
        label={t("signup.repeat")}
        type="password"
        autoComplete="new-password"
        words={words}
      />
    </>
  );
}
