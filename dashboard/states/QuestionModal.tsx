import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  isOpen: boolean;
  /** Not given where it has to be answered. */
  close?: () => void;
  title: string;
  children: ReactNode;
}

/** What is asked before something is done. */
export function QuestionModal({ isOpen, close, title, children }: Props) {
  return (
    <Modal
      opened={isOpen}
      onClose={close ?? (() => {})}
      withCloseButton={close !== undefined}
      // Holding the page's scroll takes a style that the policy refuses.
      lockScroll={false}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
    </Modal>
  );
}
