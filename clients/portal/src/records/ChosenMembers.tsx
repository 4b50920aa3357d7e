import { useTranslation } from "react-i18next";
import type { Member } from "../chain/views";
import { Button } from "../ui/basics";
import { List, ListItem } from "../ui/List";
import { Named } from "./Named";

/** Members that somebody has picked, each of whom can be taken out again. */
export function ChosenMembers({
  chosen,
  onChange,
  label,
}: {
  chosen: readonly Member[];
  onChange: (chosen: readonly Member[]) => void;
  label: string;
}) {
  const { t } = useTranslation();
  return (
    <List items={chosen} keyOf={(one) => one.id} label={label}>
      {(one) => (
        <ListItem
          title={<Named id={one.id} />}
          actions={
            <Button small onPress={() => onChange(chosen.filter(({ id }) => id !== one.id))}>
              {t("schedule.remove")}
            </Button>
          }
        />
      )}
    </List>
  );
}
