import { useState } from "react";
import { useTranslation } from "react-i18next";
import { accountId } from "../chain/address";
import { useAccount, useMember } from "../session/Session";
import { Button, Card, Row } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { HandOver } from "../ui/HandOver";

/** An institution's word for the account of a newborn, by which its parent registers it. */
export function Vouch() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const [address, setAddress] = useState("");
  const [voucher, setVoucher] = useState<string | null>(null);
  const account = accountIn(address);
  return (
    <Card title={t("vouch.title")}>
      <p>{t("vouch.intro")}</p>
      <PlainField
        label={t("vouch.address")}
        value={address}
        onChange={(text) => {
          setAddress(text);
          setVoucher(null);
        }}
        autoComplete="off"
        error={address.trim() !== "" && account === null ? t("vouch.noAddress") : undefined}
      />
      <Row justify="end">
        <Button
          isDisabled={account === null}
          onPress={() => {
            if (account !== null) {
              void acts.vouch(me, account).then(setVoucher);
            }
          }}
        >
          {t("vouch.make")}
        </Button>
      </Row>
      {voucher === null ? null : (
        <HandOver
          label={t("vouch.text")}
          text={voucher}
          hint={t("consent.lasts")}
          copy={t("links.copy")}
          copied={t("links.copied")}
        />
      )}
    </Card>
  );
}

function accountIn(address: string): Uint8Array | null {
  try {
    return accountId(address.trim());
  } catch {
    return null;
  }
}
