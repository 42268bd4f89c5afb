import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  isOpen: boolean;
  /** Not given where it has to be answered. */
  close?: () => void;
  title: string;
  /** For what is looked at and not only answered. */
  isWide?: boolean;
  children: ReactNode;
}

/** What is asked before something is done. */
export function QuestionModal({ isOpen, close, title, isWide, children }: Props) {
  return (
    <Modal
      opened={isOpen}
      onClose={close ?? (() => {})}
      withCloseButton={close !== undefined}
      // Holding the page's scroll takes a style that the policy refuses.
      lockScroll={false}
      title={title}
      size={isWide ? '70rem' : 'md'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
    </Modal>
  );
}
