import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import styles from "./ui.module.css";

/** A dialog over the page; focus stays in it and returns where it was. */
export function Dialog({
  title,
  open,
  onClose,
  dismissable = true,
  wide = false,
  role = "dialog",
  children,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  dismissable?: boolean;
  wide?: boolean;
  role?: "dialog" | "alertdialog";
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className={styles.overlay ?? ""}
      isOpen={open}
      isDismissable={false}
      isKeyboardDismissDisabled={!dismissable}
      onOpenChange={(now) => {
        if (!now) {
          onClose();
        }
      }}
    >
      <Modal className={[styles.modal, wide ? styles.wide : ""].join(" ")}>
        <AriaDialog className={styles.dialog ?? ""} role={role}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
